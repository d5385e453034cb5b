package dev.banyan.rules;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What requests are forwarded to: one server, or several that are alike.
 *
 * @param urls scheme, host and port only, all of one scheme, at least one; a request keeps its own path
 * @param host the name this backend lives under when that is not the name people type; null passes the caller's on
 * @param maxConnections calls in flight at once, of all instances together
 * @param adaptiveLimit null keeps the limit where {@code maxConnections} is
 * @param circuitBreaker null never opens, the default of a baseline: in front of legacy, a gateway adds no refusals
 * @param health null asks nothing: an instance is taken to be well
 * @param retries null tries nothing again
 * @param tls null trusts what the gateway trusts; only for https
 * @param cookies names of those that are its own: only backends that name one are sent it and may set it
 * @param extraLoad of a baseline: the most requests that only comparing makes, as a share of the callers' own, in basis points
 */
public record Backend(
        String name,
        List<URI> urls,
        boolean baseline,
        @Nullable String host,
        Timeouts timeouts,
        int maxConnections,
        @Nullable AdaptiveLimit adaptiveLimit,
        @Nullable CircuitBreaker circuitBreaker,
        PathModel pathModel,
        @Nullable Health health,
        @Nullable Retries retries,
        @Nullable Tls tls,
        List<String> cookies,
        int extraLoad) {

    /** What comparing may cost a baseline that says nothing of it, in basis points. */
    static final int EXTRA_LOAD_UNSET = 500;

    /** The largest {@code maxConnections}. */
    public static final int MAX_CONNECTIONS_MAX = 100_000;

    /** The most cookies of its own. */
    public static final int COOKIES_MAX = 32;

    /** The most instances of one backend. */
    public static final int URLS_MAX = 64;

    private static final int MAX_CONNECTIONS_UNSET = 5_000;

    public Backend {
        Names.require("backend", name);
        urls = urls.stream().map(Backend::origin).toList();
        requireInstances(urls);
        cookies = List.copyOf(cookies);
        if (cookies.size() > COOKIES_MAX) {
            throw new IllegalArgumentException("cookies: " + cookies.size() + " (expected: 0.." + COOKIES_MAX + ")");
        }
        if (maxConnections < 1 || maxConnections > MAX_CONNECTIONS_MAX) {
            throw new IllegalArgumentException(
                    "maxConnections: " + maxConnections + " (expected: 1.." + MAX_CONNECTIONS_MAX + ")");
        }
        if (extraLoad < 0 || extraLoad > 10_000) {
            throw new IllegalArgumentException("extraLoad: " + extraLoad + " (expected: 0..10000)");
        }
        if (tls != null && !isHttps(urls)) {
            throw new IllegalArgumentException("tls: with " + urls.getFirst() + " (expected: https)");
        }
    }

    /** The backend of everything that no route moves, with the settings a rule file gets when it names none. */
    public static Backend baseline(String name, URI url) {
        return new Builder(name, List.of(url), true).build();
    }

    /** A backend that routes move to, with the settings a rule file gets when it names none. */
    public static Backend candidate(String name, URI url) {
        return new Builder(name, List.of(url), false)
                .circuitBreaker(CircuitBreaker.UNSET)
                .build();
    }

    /** The address of the first instance, which is all there are for most backends. */
    public URI url() {
        return urls.getFirst();
    }

    /** The same backend at another address. */
    public Backend withUrl(URI other) {
        return withUrls(List.of(other));
    }

    /** The same backend with other instances. */
    public Backend withUrls(List<URI> others) {
        Builder changed = toBuilder();
        changed.urls = others;
        changed.tls = isHttps(others) ? tls : null;
        return changed.build();
    }

    /** Begins a backend that differs from this one. */
    public Builder toBuilder() {
        return new Builder(name, urls, baseline)
                .host(host)
                .timeouts(timeouts)
                .maxConnections(maxConnections)
                .adaptiveLimit(adaptiveLimit)
                .circuitBreaker(circuitBreaker)
                .pathModel(pathModel)
                .health(health)
                .retries(retries)
                .tls(tls)
                .cookies(cookies)
                .extraLoad(extraLoad);
    }

    private static void requireInstances(List<URI> urls) {
        if (urls.isEmpty() || urls.size() > URLS_MAX) {
            throw new IllegalArgumentException("urls: " + urls.size() + " (expected: 1.." + URLS_MAX + ")");
        }
        if (urls.stream().distinct().count() < urls.size()) {
            throw new IllegalArgumentException("urls: " + urls + " (expected: each once)");
        }
        if (urls.stream().anyMatch(each -> !each.getScheme()
                .equalsIgnoreCase(urls.getFirst().getScheme()))) {
            throw new IllegalArgumentException("urls: " + urls + " (expected: all of one scheme)");
        }
    }

    private static boolean isHttps(List<URI> urls) {
        return "https".equalsIgnoreCase(urls.getFirst().getScheme());
    }

    /** A backend in the making; what is not said is as in a rule file, and a circuit breaker has to be said. */
    public static final class Builder {

        private final String name;
        private List<URI> urls;
        private final boolean baseline;
        private @Nullable String host;
        private Timeouts timeouts = Timeouts.UNSET;
        private int maxConnections = MAX_CONNECTIONS_UNSET;
        private @Nullable AdaptiveLimit adaptiveLimit;
        private @Nullable CircuitBreaker circuitBreaker;
        private PathModel pathModel = PathModel.UNKNOWN;
        private @Nullable Health health;
        private @Nullable Retries retries;
        private @Nullable Tls tls;
        private List<String> cookies = List.of();
        private int extraLoad = EXTRA_LOAD_UNSET;

        Builder(String name, List<URI> urls, boolean baseline) {
            this.name = name;
            this.urls = List.copyOf(urls);
            this.baseline = baseline;
        }

        public Builder host(@Nullable String value) {
            host = value;
            return this;
        }

        public Builder timeouts(Timeouts value) {
            timeouts = value;
            return this;
        }

        public Builder maxConnections(int value) {
            maxConnections = value;
            return this;
        }

        public Builder adaptiveLimit(@Nullable AdaptiveLimit value) {
            adaptiveLimit = value;
            return this;
        }

        public Builder circuitBreaker(@Nullable CircuitBreaker value) {
            circuitBreaker = value;
            return this;
        }

        public Builder pathModel(PathModel value) {
            pathModel = value;
            return this;
        }

        public Builder health(@Nullable Health value) {
            health = value;
            return this;
        }

        public Builder retries(@Nullable Retries value) {
            retries = value;
            return this;
        }

        public Builder tls(@Nullable Tls value) {
            tls = value;
            return this;
        }

        public Builder cookies(List<String> names) {
            cookies = names;
            return this;
        }

        public Builder extraLoad(int basisPoints) {
            extraLoad = basisPoints;
            return this;
        }

        /** The backend, checked. */
        public Backend build() {
            return new Backend(
                    name,
                    urls,
                    baseline,
                    host,
                    timeouts,
                    maxConnections,
                    adaptiveLimit,
                    circuitBreaker,
                    pathModel,
                    health,
                    retries,
                    tls,
                    cookies,
                    extraLoad);
        }
    }

    /**
     * How long a call may take.
     *
     * @param connect until the connection stands
     * @param request from the request sent until the head of the reply; a reply may then stream for as long as it likes
     * @param silence within a reply that has begun, from one piece to the next; null for as long as it likes
     */
    public record Timeouts(
            Duration connect, Duration request, @Nullable Duration silence) {

        /** The longest of each. */
        public static final Duration MAX = Duration.ofHours(1);

        /** What a backend gets that names no timeouts. */
        public static final Timeouts UNSET = new Timeouts(Duration.ofSeconds(2), Duration.ofSeconds(30), null);

        public Timeouts {
            requireBounded("connect", connect);
            requireBounded("request", request);
            if (silence != null) {
                requireBounded("silence", silence);
            }
        }

        static void requireBounded(String name, Duration value) {
            if (!value.isPositive() || value.compareTo(MAX) > 0) {
                throw new IllegalArgumentException(name + ": " + value + " (expected: above 0, up to 1h)");
            }
        }
    }

    /**
     * Lets so many calls wait for their reply that it begins in time, between {@code min} and {@code maxConnections}.
     *
     * @param target how long a reply's head may take before the backend counts as overloaded
     * @param min so many calls may always wait
     */
    public record AdaptiveLimit(Duration target, int min) {

        /** What {@code min} is that is not said. */
        public static final int MIN_UNSET = 10;

        public AdaptiveLimit {
            Timeouts.requireBounded("target", target);
            CircuitBreaker.requireBetween("min", min, 1, MAX_CONNECTIONS_MAX);
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

    /**
     * How it is found out which instances are well.
     *
     * @param path asked with GET; 200 to 399 is well
     * @param interval from one question to the next
     * @param timeout of one question, at most {@code interval}
     * @param unhealthyAfter so many failures in a row leave an instance out
     * @param healthyAfter so many successes in a row take it back
     */
    public record Health(String path, Duration interval, Duration timeout, int unhealthyAfter, int healthyAfter) {

        /** The most failures or successes in a row that may be asked for. */
        public static final int IN_A_ROW_MAX = 100;

        /** What is asked of a backend whose {@code health} leaves things out. */
        public static final Health UNSET = new Health("/", Duration.ofSeconds(10), Duration.ofSeconds(2), 3, 2);

        public Health {
            if (!HealthPath.isFit(path)) {
                throw new IllegalArgumentException("path: " + path + " (expected: " + HealthPath.EXPECTED + ")");
            }
            Timeouts.requireBounded("interval", interval);
            Timeouts.requireBounded("timeout", timeout);
            if (timeout.compareTo(interval) > 0) {
                throw new IllegalArgumentException("timeout: " + timeout + " (expected: at most " + interval + ")");
            }
            CircuitBreaker.requireBetween("unhealthyAfter", unhealthyAfter, 1, IN_A_ROW_MAX);
            CircuitBreaker.requireBetween("healthyAfter", healthyAfter, 1, IN_A_ROW_MAX);
        }
    }

    /**
     * What is tried again: requests of GET, HEAD and OPTIONS without a body, when no connection stands, when it is reset
     * before a reply's head, and on 503.
     *
     * @param attempts more tries of one request after the first
     * @param budget retries are at most this share of all requests, in basis points (2000 is 20 %)
     */
    public record Retries(int attempts, int budget) {

        /** The most {@code attempts}. */
        public static final int ATTEMPTS_MAX = 5;

        /** The largest {@code budget}. */
        public static final int BUDGET_MAX = 5_000;

        /** What {@code retries} means that leaves things out. */
        public static final Retries UNSET = new Retries(1, 2_000);

        public Retries {
            CircuitBreaker.requireBetween("attempts", attempts, 1, ATTEMPTS_MAX);
            CircuitBreaker.requireBetween("budget", budget, 1, BUDGET_MAX);
        }
    }

    /**
     * Whom an https backend is believed to be.
     *
     * @param ca a PEM file of the authorities to trust instead of the gateway's, relative to the rules folder and within
     *     it; null trusts what the gateway trusts
     * @param serverName the name its certificate must have; null is the host it is called by
     */
    public record Tls(@Nullable String ca, @Nullable String serverName) {
        public Tls {
            if (ca != null && !RelativeFile.isFit(ca)) {
                throw new IllegalArgumentException("ca: " + ca + " (expected: " + RelativeFile.EXPECTED + ")");
            }
            if (ca == null && serverName == null) {
                throw new IllegalArgumentException("tls: empty (expected: ca, serverName or both)");
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
