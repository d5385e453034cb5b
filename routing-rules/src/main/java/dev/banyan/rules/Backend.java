package dev.banyan.rules;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A server that requests are forwarded to.
 *
 * @param url scheme, host and port only; a request keeps its own path
 * @param host the name this backend lives under when that is not the name people type; null passes the caller's on
 * @param maxConnections calls in flight at once
 * @param circuitBreaker null never opens, the default of a baseline: in front of legacy, a gateway adds no refusals
 */
public record Backend(
        String name,
        URI url,
        boolean baseline,
        @Nullable String host,
        Timeouts timeouts,
        int maxConnections,
        @Nullable CircuitBreaker circuitBreaker,
        PathModel pathModel) {

    /** The largest {@code maxConnections}. */
    public static final int MAX_CONNECTIONS_MAX = 100_000;

    private static final int MAX_CONNECTIONS_UNSET = 5_000;

    public Backend {
        Names.require("backend", name);
        url = origin(url);
        if (maxConnections < 1 || maxConnections > MAX_CONNECTIONS_MAX) {
            throw new IllegalArgumentException(
                    "maxConnections: " + maxConnections + " (expected: 1.." + MAX_CONNECTIONS_MAX + ")");
        }
    }

    /** The backend of everything that no route moves, with the settings a rule file gets when it names none. */
    public static Backend baseline(String name, URI url) {
        return new Backend(name, url, true, null, Timeouts.UNSET, MAX_CONNECTIONS_UNSET, null, PathModel.UNKNOWN);
    }

    /** A backend that routes move to, with the settings a rule file gets when it names none. */
    public static Backend candidate(String name, URI url) {
        return new Backend(
                name, url, false, null, Timeouts.UNSET, MAX_CONNECTIONS_UNSET, CircuitBreaker.UNSET, PathModel.UNKNOWN);
    }

    /** The same backend at another address. */
    public Backend withUrl(URI other) {
        return new Backend(name, other, baseline, host, timeouts, maxConnections, circuitBreaker, pathModel);
    }

    /**
     * How long a call may take.
     *
     * @param connect until the connection stands
     * @param request from the request sent until the head of the reply; a reply may then stream for as long as it likes
     */
    public record Timeouts(Duration connect, Duration request) {

        /** The longest of both. */
        public static final Duration MAX = Duration.ofHours(1);

        /** What a backend gets that names no timeouts. */
        public static final Timeouts UNSET = new Timeouts(Duration.ofSeconds(2), Duration.ofSeconds(30));

        public Timeouts {
            requireBounded("connect", connect);
            requireBounded("request", request);
        }

        private static void requireBounded(String name, Duration value) {
            if (!value.isPositive() || value.compareTo(MAX) > 0) {
                throw new IllegalArgumentException(name + ": " + value + " (expected: above 0, up to 1h)");
            }
        }
    }

    /**
     * When calls to a failing backend stop for a while.
     *
     * @param failureRate opens at this share of failed calls, in basis points (5000 is half)
     * @param windowCalls over the last so many calls
     * @param minCalls and not before so many were made
     * @param openFor stays open for this long
     * @param trialCalls and closes again when so many calls in a row go through well enough
     */
    public record CircuitBreaker(int failureRate, int windowCalls, int minCalls, Duration openFor, int trialCalls) {

        /** The largest of the three counts. */
        public static final int CALLS_MAX = 10_000;

        /** What a candidate gets that names no circuit breaker. */
        public static final CircuitBreaker UNSET = new CircuitBreaker(5_000, 100, 20, Duration.ofSeconds(10), 5);

        public CircuitBreaker {
            requireBetween("failureRate", failureRate, 1, 10_000);
            requireBetween("windowCalls", windowCalls, 1, CALLS_MAX);
            requireBetween("minCalls", minCalls, 1, windowCalls);
            requireBetween("trialCalls", trialCalls, 1, CALLS_MAX);
            if (!openFor.isPositive() || openFor.compareTo(Duration.ofHours(1)) > 0) {
                throw new IllegalArgumentException("openFor: " + openFor + " (expected: above 0, up to 1h)");
            }
        }

        private static void requireBetween(String name, int value, int min, int max) {
            if (value < min || value > max) {
                throw new IllegalArgumentException(name + ": " + value + " (expected: " + min + ".." + max + ")");
            }
        }
    }

    /** Checks a backend's address and drops a lone trailing slash. */
    static URI origin(URI url) {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        boolean bare = url.getRawUserInfo() == null && url.getRawQuery() == null && url.getRawFragment() == null;
        String path = url.getRawPath() == null ? "" : url.getRawPath();
        boolean http = scheme.equals("http") || scheme.equals("https");
        if (!http
                || url.getHost() == null
                || !bare
                || !(path.isEmpty() || path.equals("/"))
                || url.getPort() > 65_535) {
            throw new IllegalArgumentException(
                    "url: " + url + " (expected: http or https, a host, perhaps a port, nothing after it)");
        }
        return path.isEmpty()
                ? url
                : URI.create(url.toString().substring(0, url.toString().length() - 1));
    }
}
