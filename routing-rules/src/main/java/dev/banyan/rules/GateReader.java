package dev.banyan.rules;

import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the gates of an analysis of what files declare. */
final class GateReader {

    /** Which limits each metric knows. */
    private static final Set<String> RATE_LIMITS = Set.of("max");

    private static final Set<String> ERROR_LIMITS = Set.of("max", "maxIncrease");
    private static final Set<String> LATENCY_LIMITS = Set.of("max", "maxRatio");
    private static final Set<String> PROBED = Set.of("cdcLag", "parity");
    private static final List<String> PROBED_KEYS = List.of("from", "entities", "maxAge", "onExceed");
    private static final BigDecimal RATIO_MAX = BigDecimal.valueOf(100);

    private final List<Problem> problems;

    GateReader(List<Problem> problems) {
        this.problems = problems;
    }

    /** The sound gates; of any other something has been reported, here or by the schema. */
    List<Gate> read(Declared at, Yaml.Fields analysis) {
        List<Gate> gates = new ArrayList<>();
        Set<String> known = new HashSet<>();
        for (Yaml each : analysis.list("gates")) {
            String metric = each instanceof Yaml.Fields fields ? fields.text("metric") : null;
            if (metric == null || !(each instanceof Yaml.Fields given)) {
                continue;
            }
            if (!known.add(metric + given.text("severity") + given.text("from"))) {
                wrong(at, given, "metric", "a second gate on " + metric, "one, with all its limits");
            }
            Gate gate = gate(at, metric, given);
            if (gate != null) {
                gates.add(gate);
            }
        }
        return gates;
    }

    private @Nullable Gate gate(Declared at, String metric, Yaml.Fields given) {
        return switch (metric) {
            case "mismatchRate" -> mismatchRate(at, given);
            case "errorRate" -> errorRate(at, given);
            case "latencyP50" -> latency(at, 50, given);
            case "latencyP95" -> latency(at, 95, given);
            case "latencyP99" -> latency(at, 99, given);
            case "cdcLag" -> cdcLag(at, given);
            case "parity" -> parity(at, given);
            default -> null;
        };
    }

    private @Nullable Gate mismatchRate(Declared at, Yaml.Fields given) {
        Integer max = fits(at, given, RATE_LIMITS, true) ? percent(at, given) : null;
        Severity severity =
                switch (given.text("severity")) {
                    case "compatible" -> Severity.COMPATIBLE;
                    case "breaking" -> Severity.BREAKING;
                    case null, default -> Severity.BEHAVIOURAL;
                };
        return max == null ? null : new Gate.MismatchRate(severity, max);
    }

    private @Nullable Gate errorRate(Declared at, Yaml.Fields given) {
        if (!fits(at, given, ERROR_LIMITS, false)) {
            return null;
        }
        String text = given.text("maxIncrease");
        Integer increase = text != null && Quantities.isPoints(text) ? (Integer) Quantities.points(text) : null;
        Integer max = given.get("max") == null ? null : percent(at, given);
        return increase == null && max == null ? null : new Gate.ErrorRate(increase, max);
    }

    private @Nullable Gate latency(Declared at, int percentile, Yaml.Fields given) {
        if (!fits(at, given, LATENCY_LIMITS, false)) {
            return null;
        }
        Double ratio = given.get("maxRatio") instanceof Yaml.Scalar number ? ratio(at, given, number) : null;
        String text = given.text("max");
        Duration max = text != null && Quantities.isDuration(text) ? Quantities.duration(text) : null;
        if (given.get("max") != null && (max == null || !max.isPositive())) {
            wrong(at, given, "max", "\"" + text + "\"", "a duration above 0, such as 800ms");
            return null;
        }
        return ratio == null && max == null ? null : new Gate.Latency(percentile, ratio, max);
    }

    private @Nullable Gate cdcLag(Declared at, Yaml.Fields given) {
        URI from = fits(at, given, RATE_LIMITS, false) ? from(at, given) : null;
        if (given.get("maxAge") != null) {
            wrong(at, given, "maxAge", "maxAge of cdcLag", "maxAge of parity only");
            return null;
        }
        String text = given.text("max");
        Duration max = text != null && Quantities.isDuration(text) ? Quantities.duration(text) : null;
        if (max == null || !max.isPositive()) {
            wrong(at, given, "max", "\"" + text + "\"", "a duration above 0, such as 5s");
            return null;
        }
        List<String> entities = given.list("entities").stream()
                .filter(each -> each instanceof Yaml.Scalar name && name.kind() == Yaml.Scalar.Kind.TEXT)
                .map(each -> ((Yaml.Scalar) each).text())
                .toList();
        return from == null ? null : new Gate.CdcLag(from, entities, max, fails(given));
    }

    private @Nullable Gate parity(Declared at, Yaml.Fields given) {
        URI from = fits(at, given, RATE_LIMITS, false) ? from(at, given) : null;
        if (given.get("entities") != null) {
            wrong(at, given, "entities", "entities of parity", "entities of cdcLag only");
            return null;
        }
        String text = given.text("max");
        if (text == null || !Quantities.isPercent(text)) {
            wrong(at, given, "max", text == null ? "nothing" : "\"" + text + "\"", "a share, such as 0% or 0.1%");
            return null;
        }
        String age = given.text("maxAge");
        Duration maxAge = age != null && Quantities.isSpan(age) ? Quantities.duration(age) : Gate.Parity.MAX_AGE_UNSET;
        if (!maxAge.isPositive()) {
            wrong(at, given, "maxAge", "\"" + age + "\"", "above 0, such as 1h");
            return null;
        }
        return from == null ? null : new Gate.Parity(from, Quantities.basisPoints(text), maxAge, fails(given));
    }

    private static boolean fails(Yaml.Fields given) {
        return Objects.equals(given.text("onExceed"), "fail");
    }

    /** The address of a gate that is asked; it may have a path and a query, and never a secret. */
    private @Nullable URI from(Declared at, Yaml.Fields given) {
        String text = given.text("from");
        try {
            URI from = text == null ? null : URI.create(text);
            if (from != null
                    && ("http".equals(from.getScheme()) || "https".equals(from.getScheme()))
                    && from.getHost() != null
                    && from.getUserInfo() == null
                    && from.getFragment() == null) {
                return from;
            }
        } catch (IllegalArgumentException e) {
            // said below, as for every other address that is none
        }
        String expected = "http or https, a host, perhaps a port, path and query, without user or password";
        wrong(at, given, "from", text == null ? "nothing" : "\"" + text + "\"", expected);
        return null;
    }

    private @Nullable Double ratio(Declared at, Yaml.Fields given, Yaml.Scalar number) {
        BigDecimal value = number.number();
        if (value == null) {
            return null; // the schema has refused it
        }
        if (value.compareTo(BigDecimal.ONE) <= 0 || value.compareTo(RATIO_MAX) > 0) {
            wrong(at, given, "maxRatio", number.text(), "above 1, up to 100");
            return null;
        }
        return value.doubleValue();
    }

    private @Nullable Integer percent(Declared at, Yaml.Fields given) {
        String text = given.text("max");
        if (text == null || !Quantities.isPercent(text) || Quantities.basisPoints(text) == 0) {
            wrong(at, given, "max", text == null ? "nothing" : "\"" + text + "\"", "a share above 0%, such as 0.5%");
            return null;
        }
        return Quantities.basisPoints(text);
    }

    /** Whether a gate has the limits, and the words beside them, that its metric knows. */
    private boolean fits(Declared at, Yaml.Fields given, Set<String> limits, boolean hasSeverity) {
        int before = problems.size();
        for (String limit : List.of("max", "maxIncrease", "maxRatio")) {
            if (given.get(limit) != null && !limits.contains(limit)) {
                wrong(at, given, limit, limit + " of " + given.text("metric"), String.join(" or ", sorted(limits)));
            }
        }
        if (limits.stream().allMatch(limit -> given.get(limit) == null)) {
            wrong(at, given, "metric", "a gate without a limit", String.join(", ", sorted(limits)));
        }
        if (given.get("severity") != null && !hasSeverity) {
            wrong(at, given, "severity", "severity of " + given.text("metric"), "severity of mismatchRate only");
        }
        for (String key : PROBED_KEYS) {
            if (given.get(key) != null && !PROBED.contains(given.text("metric"))) {
                wrong(at, given, key, key + " of " + given.text("metric"), key + " of cdcLag or parity only");
            }
        }
        boolean relative = given.get("maxIncrease") != null || given.get("maxRatio") != null;
        if (given.get("vs") != null && !relative) {
            wrong(at, given, "vs", "vs without a limit against it", "maxIncrease or maxRatio, or no vs");
        }
        return problems.size() == before;
    }

    private static List<String> sorted(Set<String> words) {
        return words.stream().sorted().toList();
    }

    private void wrong(Declared at, Yaml.Fields given, String key, String found, String expected) {
        at.add(problems, "analysis.gates." + key, given.placeOf(key), found, expected);
    }
}
