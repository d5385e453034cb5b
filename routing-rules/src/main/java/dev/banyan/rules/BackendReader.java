package dev.banyan.rules;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes backends of what files declare. */
final class BackendReader {

    private final List<Problem> problems;

    BackendReader(List<Problem> problems) {
        this.problems = problems;
    }

    /** The backend; null when something is wrong with it, which has then been reported, here or by the schema. */
    @Nullable
    Backend read(Declared at) {
        int before = problems.size();
        boolean baseline = at.fields().isTrue("baseline");
        List<URI> urls = urls(at);
        Backend.Timeouts timeouts = timeouts(at);
        Backend.CircuitBreaker breaker = circuitBreaker(at, baseline);
        Backend.Health health = health(at);
        Backend.Retries retries = retries(at);
        Backend.AdaptiveLimit adaptiveLimit = adaptiveLimit(at);
        Backend.Tls tls = tls(at, urls);
        if (!baseline && at.says("extraLoad")) {
            at.add(
                    problems,
                    ProblemKind.CONTRADICTION,
                    "extraLoad",
                    "extraLoad of a backend that is not the baseline",
                    "it on the baseline");
        }
        if (urls.isEmpty() || problems.size() > before || !Names.isName(at.name())) {
            return null;
        }
        Backend unset = Backend.baseline(at.name(), urls.getFirst());
        int connections = at.fields().number("maxConnections", unset.maxConnections());
        return connections < 1 || connections > Backend.MAX_CONNECTIONS_MAX
                ? null
                : new Backend.Builder(at.name(), urls, baseline)
                        .host(at.fields().text("host"))
                        .timeouts(timeouts)
                        .maxConnections(connections)
                        .adaptiveLimit(adaptiveLimit)
                        .circuitBreaker(breaker)
                        .pathModel(pathModel(at.fields()))
                        .health(health)
                        .retries(retries)
                        .tls(tls)
                        .cookies(at.fields().texts("cookies"))
                        .extraLoad(Quantities.basisPoints(at.fields(), "extraLoad", unset.extraLoad()))
                        .build();
    }

    /** All instances; none when something is wrong with one of them. */
    private List<URI> urls(Declared at) {
        if (at.fields().get("url") != null && at.fields().get("urls") != null) {
            at.add(problems, ProblemKind.CONTRADICTION, "urls", "url and urls", "one of both");
            return List.of();
        }
        if (at.fields().get("url") == null && at.fields().get("urls") == null) {
            at.addMissing(problems, "url", "scheme, host and perhaps a port, as in http://localhost:8081");
            return List.of();
        }
        Yaml only = at.fields().get("url");
        List<Yaml> given = only == null ? at.fields().list("urls") : List.of(only);
        String key = only == null ? "urls" : "url";
        List<URI> urls = new ArrayList<>();
        for (Yaml each : given) {
            URI url = each instanceof Yaml.Scalar text && text.kind() == Yaml.Scalar.Kind.TEXT
                    ? url(at, key, text)
                    : null;
            if (url == null) {
                continue;
            }
            if (urls.contains(url)) {
                at.add(
                        problems,
                        ProblemKind.DUPLICATE,
                        key,
                        each.place(),
                        each.shown() + " again",
                        "each instance once");
            } else if (!urls.isEmpty() && !isSameScheme(urls.getFirst(), url)) {
                at.add(
                        problems,
                        key,
                        each.place(),
                        each.shown(),
                        urls.getFirst().getScheme() + ", as the first instance");
            }
            urls.add(url);
        }
        return urls.size() == given.size() && urls.size() <= Backend.URLS_MAX ? urls : List.of();
    }

    private static boolean isSameScheme(URI one, URI other) {
        return one.getScheme().equalsIgnoreCase(other.getScheme());
    }

    private @Nullable URI url(Declared at, String key, Yaml.Scalar text) {
        try {
            return Backend.origin(URI.create(text.text()));
        } catch (IllegalArgumentException e) {
            at.add(
                    problems,
                    key,
                    text.place(),
                    text.shown(),
                    "http or https, a host, perhaps a port, nothing after it");
            return null;
        }
    }

    private Backend.@Nullable Health health(Declared at) {
        if (!(at.fields().get("health") instanceof Yaml.Fields given)) {
            return null;
        }
        var unset = Backend.Health.UNSET;
        int before = problems.size();
        String path = Objects.requireNonNullElse(given.text("path"), unset.path());
        Duration interval = duration(at, given, "health", "interval", unset.interval());
        Duration timeout = duration(
                at, given, "health", "timeout", interval.compareTo(unset.timeout()) < 0 ? interval : unset.timeout());
        if (path.startsWith("//")) {
            at.add(problems, "health.path", given.placeOf("path"), "\"" + path + "\"", HealthPath.EXPECTED);
        }
        if (problems.size() == before && timeout.compareTo(interval) > 0) {
            String found = "\"" + given.text("timeout") + "\"";
            at.add(
                    problems,
                    ProblemKind.CONTRADICTION,
                    "health.timeout",
                    given.placeOf("timeout"),
                    found,
                    "at most interval");
        }
        int unhealthy = given.number("unhealthyAfter", unset.unhealthyAfter());
        int healthy = given.number("healthyAfter", unset.healthyAfter());
        int most = Backend.Health.IN_A_ROW_MAX;
        boolean bounded = unhealthy >= 1 && unhealthy <= most && healthy >= 1 && healthy <= most;
        return bounded && HealthPath.isFit(path) && problems.size() == before
                ? new Backend.Health(path, interval, timeout, unhealthy, healthy)
                : null;
    }

    private Backend.@Nullable Retries retries(Declared at) {
        if (!(at.fields().get("retries") instanceof Yaml.Fields given)) {
            return null;
        }
        var unset = Backend.Retries.UNSET;
        int attempts = given.number("attempts", unset.attempts());
        int budget = Quantities.basisPoints(given, "budget", unset.budget());
        if (budget < 1 || budget > Backend.Retries.BUDGET_MAX) {
            Yaml.Place place = given.placeOf("budget");
            at.add(problems, "retries.budget", place, "\"" + given.text("budget") + "\"", "above 0%, up to 50%");
            return null;
        }
        return attempts < 1 || attempts > Backend.Retries.ATTEMPTS_MAX ? null : new Backend.Retries(attempts, budget);
    }

    private Backend.@Nullable AdaptiveLimit adaptiveLimit(Declared at) {
        if (!(at.fields().get("adaptiveLimit") instanceof Yaml.Fields given)) {
            return null;
        }
        Duration target = Durations.read(problems, at, given, "adaptiveLimit", "target");
        int most = at.fields().number("maxConnections", Backend.MAX_CONNECTIONS_MAX);
        int min = given.number("min", Math.min(Backend.AdaptiveLimit.MIN_UNSET, most));
        if (min > most) {
            Yaml.Place place = given.placeOf("min");
            at.add(
                    problems,
                    ProblemKind.CONTRADICTION,
                    "adaptiveLimit.min",
                    place,
                    String.valueOf(min),
                    "at most maxConnections, " + most);
        }
        return target == null || min < 1 || min > most ? null : new Backend.AdaptiveLimit(target, min);
    }

    private Backend.@Nullable Tls tls(Declared at, List<URI> urls) {
        if (!(at.fields().get("tls") instanceof Yaml.Fields given)) {
            return null;
        }
        if (!urls.isEmpty() && !"https".equalsIgnoreCase(urls.getFirst().getScheme())) {
            at.add(problems, ProblemKind.CONTRADICTION, "tls", "tls with " + urls.getFirst(), "https");
        }
        String ca = given.text("ca");
        String serverName = given.text("serverName");
        boolean fit = ca == null || RelativeFile.isFit(ca);
        return fit && (ca != null || serverName != null) ? new Backend.Tls(ca, serverName) : null;
    }

    private Backend.Timeouts timeouts(Declared at) {
        if (!(at.fields().get("timeouts") instanceof Yaml.Fields given)) {
            return Backend.Timeouts.UNSET;
        }
        return new Backend.Timeouts(
                duration(at, given, "timeouts", "connect", Backend.Timeouts.UNSET.connect()),
                duration(at, given, "timeouts", "request", Backend.Timeouts.UNSET.request()),
                Durations.read(problems, at, given, "timeouts", "silence"));
    }

    private Backend.@Nullable CircuitBreaker circuitBreaker(Declared at, boolean baseline) {
        if (!(at.fields().get("circuitBreaker") instanceof Yaml.Fields given)) {
            return baseline ? null : Backend.CircuitBreaker.UNSET;
        }
        var unset = Backend.CircuitBreaker.UNSET;
        int rate = Quantities.basisPoints(given, "failureRate", unset.failureRate());
        int window = given.number("windowCalls", unset.windowCalls());
        int min = given.number("minCalls", Math.min(unset.minCalls(), window));
        int trial = given.number("trialCalls", unset.trialCalls());
        Duration openFor = duration(at, given, "circuitBreaker", "openFor", unset.openFor());
        if (rate == 0) {
            at.add(problems, "circuitBreaker.failureRate", given.placeOf("failureRate"), "0%", "above 0%");
        }
        if (min > window) {
            Yaml.Place place = given.placeOf("minCalls");
            at.add(
                    problems,
                    ProblemKind.CONTRADICTION,
                    "circuitBreaker.minCalls",
                    place,
                    String.valueOf(min),
                    "at most windowCalls, " + window);
        }
        boolean valid = rate > 0 && min >= 1 && min <= window && trial >= 1;
        boolean bounded = window <= Backend.CircuitBreaker.CALLS_MAX && trial <= Backend.CircuitBreaker.CALLS_MAX;
        return valid && bounded ? new Backend.CircuitBreaker(rate, window, min, openFor, trial) : unset;
    }

    private static PathModel pathModel(Yaml.Fields backend) {
        if (!(backend.get("pathModel") instanceof Yaml.Fields given)) {
            return PathModel.UNKNOWN;
        }
        return new PathModel(
                given.isTrue("stripsParameters"),
                given.isTrue("mergesSlashes"),
                given.isTrue("resolvesDots"),
                given.isTrue("ignoresCase"));
    }

    private Duration duration(Declared at, Yaml.Fields in, String section, String key, Duration unset) {
        return Objects.requireNonNullElse(Durations.read(problems, at, in, section, key), unset);
    }
}
