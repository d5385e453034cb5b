package dev.banyan.rules;

import java.net.URI;
import java.time.Duration;
import java.util.List;
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
        URI url = url(at);
        Backend.Timeouts timeouts = timeouts(at);
        Backend.CircuitBreaker breaker = circuitBreaker(at, baseline);
        if (url == null || problems.size() > before || !Names.isName(at.name())) {
            return null;
        }
        Backend unset = baseline ? Backend.baseline(at.name(), url) : Backend.candidate(at.name(), url);
        int connections = at.fields().number("maxConnections", unset.maxConnections());
        return connections < 1 || connections > Backend.MAX_CONNECTIONS_MAX
                ? null
                : new Backend(
                        at.name(),
                        url,
                        baseline,
                        at.fields().text("host"),
                        timeouts,
                        connections,
                        breaker,
                        pathModel(at.fields()));
    }

    private @Nullable URI url(Declared at) {
        String text = at.fields().text("url");
        if (text == null) {
            return null;
        }
        try {
            return Backend.origin(URI.create(text));
        } catch (IllegalArgumentException e) {
            at.add(problems, "url", "\"" + text + "\"", "http or https, a host, perhaps a port, nothing after it");
            return null;
        }
    }

    private Backend.Timeouts timeouts(Declared at) {
        if (!(at.fields().get("timeouts") instanceof Yaml.Fields given)) {
            return Backend.Timeouts.UNSET;
        }
        return new Backend.Timeouts(
                duration(at, given, "timeouts", "connect", Backend.Timeouts.UNSET.connect()),
                duration(at, given, "timeouts", "request", Backend.Timeouts.UNSET.request()));
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
            at.add(problems, "circuitBreaker.minCalls", place, String.valueOf(min), "at most windowCalls, " + window);
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
        String text = in.text(key);
        if (text == null || !Quantities.isDuration(text)) {
            return unset;
        }
        Duration value = Quantities.duration(text);
        if (value.isPositive() && value.compareTo(Backend.Timeouts.MAX) <= 0) {
            return value;
        }
        at.add(problems, section + "." + key, in.placeOf(key), "\"" + text + "\"", "above 0, up to 1h");
        return unset;
    }
}
