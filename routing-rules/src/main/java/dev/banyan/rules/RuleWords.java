package dev.banyan.rules;

import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Values of rules as people write them in a file, each on one line. */
public final class RuleWords {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z/][A-Za-z0-9/_.-]*");
    private static final Set<String> NOT_PLAIN = Set.of("true", "false", "null", "yes", "no", "on", "off", "y", "n");

    /** Keys whose numbers are basis points here and percentages in a file. */
    private static final Set<String> PERCENTAGES =
            Set.of("weight", "failureRate", "budget", "extraLoad", "confidence", "errorBurst.rate");

    /** Parts of the model that have another name in a file. */
    private static final Map<String, String> KEYS = Map.ofEntries(
            Map.entry("assigned", "assign"),
            Map.entry("requestTimeout", "timeouts.request"),
            Map.entry("bodyBytesMax", "maxBodySize"),
            Map.entry("inFlightMax", "maxInFlight"),
            Map.entry("statusByClass", "status"),
            Map.entry("additionsAllowed", "additions"),
            Map.entry("xmlIgnore", "xml.ignore"),
            Map.entry("textIgnore", "text.ignore"),
            Map.entry("noisePercent", "noise.percent"),
            Map.entry("burstRate", "errorBurst.rate"),
            Map.entry("burstRequests", "errorBurst.minRequests"),
            Map.entry("burstWithin", "errorBurst.within"),
            Map.entry("autoRetriesMax", "maxAutoRetries"));

    private RuleWords() {}

    /** What stands under a key; {@code none} for nothing. */
    static String of(String key, @Nullable Object value) {
        if (value instanceof Integer points && PERCENTAGES.stream().anyMatch(key::endsWith)) {
            return percent(points);
        }
        if (value instanceof Number bytes && key.endsWith("maxBodySize")) {
            return Quantities.shownBytes(bytes.longValue());
        }
        if (value instanceof Boolean is && key.endsWith("status")) {
            return is ? "class" : "exact";
        }
        if (value instanceof Boolean is && key.endsWith("additions")) {
            return is ? "allow" : "report";
        }
        if (value instanceof List<?> all && key.endsWith("ignore") && !all.isEmpty()) {
            String place = key.contains("html") ? "selector" : key.contains("text") ? "pattern" : "path";
            return of(all).replace("{place: ", "{" + place + ": ");
        }
        return of(value);
    }

    /** The key under which a part of the model stands in a file. */
    static String key(RecordComponent part) {
        return KEYS.getOrDefault(part.getName(), part.getName());
    }

    /** A value on one line, in braces where it has keys; {@code none} for nothing. */
    public static String of(@Nullable Object value) {
        return switch (value) {
            case null -> "none";
            case Match match -> match(match);
            case Match.Field field -> field(field);
            case Cohort.Key key -> braces(key(key));
            case Cohort.SideOverride override -> override(override);
            case PathReplacement path -> path(path);
            case FilterCall filter -> quoted(filter.text());
            case Duration duration -> duration(duration);
            case JsonPath path -> quoted(path.toString());
            case Gate gate -> gate(gate);
            case Step step -> step(step);
            case Enum<?> word -> word(word);
            case URI url -> quoted(url.toString());
            case String text -> text(text);
            case Collection<?> all when all.isEmpty() -> "none";
            case Collection<?> all -> all.stream().map(RuleWords::of).collect(Collectors.joining(", ", "[", "]"));
            case Map<?, ?> map when map.isEmpty() -> "none";
            case Map<?, ?> map -> {
                Map<String, String> fields = new LinkedHashMap<>();
                map.forEach((key, each) -> fields.put(text(key.toString()), of(each)));
                yield braces(fields);
            }
            case Record fields -> record(fields);
            default -> value.toString();
        };
    }

    /** A percentage of basis points: 525 is {@code 5.25%}. */
    public static String percent(int basisPoints) {
        return BigDecimal.valueOf(basisPoints, 2).stripTrailingZeros().toPlainString() + "%";
    }

    /** Keys and values in braces. */
    public static String braces(Map<String, String> fields) {
        List<String> parts = new ArrayList<>();
        fields.forEach((key, value) -> parts.add(key + ": " + value));
        return "{" + String.join(", ", parts) + "}";
    }

    /** In quotes as JSON has them, which are YAML's too. */
    public static String quoted(String text) {
        return JsonMapper.shared().writeValueAsString(text);
    }

    private static String text(String text) {
        boolean plain = PLAIN.matcher(text).matches() && !NOT_PLAIN.contains(text.toLowerCase(Locale.ROOT));
        return plain ? text : quoted(text);
    }

    private static String match(Match match) {
        Map<String, String> fields = new LinkedHashMap<>();
        if (match.method() != null) {
            fields.put("method", match.method());
        }
        if (!match.path().equals(Match.Path.ANY) || match.equals(Match.path(Match.Path.ANY))) {
            String type =
                    switch (match.path().kind()) {
                        case EXACT -> "Exact";
                        case PATH_PREFIX -> "PathPrefix";
                        case PATH_TEMPLATE -> "PathTemplate";
                        case REGULAR_EXPRESSION -> "RegularExpression";
                    };
            fields.put(
                    "path", "{type: " + type + ", value: " + text(match.path().value()) + "}");
        }
        list(fields, "headers", match.headers());
        list(fields, "queryParams", match.queryParams());
        list(fields, "cookies", match.cookies());
        return braces(fields);
    }

    private static void list(Map<String, String> fields, String key, List<Match.Field> given) {
        if (!given.isEmpty()) {
            fields.put(key, of(given));
        }
    }

    private static String field(Match.Field field) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("name", text(field.name()));
        if (field instanceof Match.Field.RegularExpression) {
            fields.put("type", "RegularExpression");
        }
        fields.put("value", quoted(field.value()));
        return braces(fields);
    }

    private static Map<String, String> key(Cohort.Key key) {
        String word =
                switch (key) {
                    case Cohort.Key.Header _ -> "header";
                    case Cohort.Key.Cookie _ -> "cookie";
                    case Cohort.Key.GenerateCookie _ -> "generateCookie";
                };
        return Map.of(word, text(key.name()));
    }

    private static String override(Cohort.SideOverride override) {
        Map<String, String> fields = new LinkedHashMap<>(key(override.where()));
        fields.put("value", quoted(override.value()));
        fields.put("to", of(override.to()));
        return braces(fields);
    }

    private static String gate(Gate gate) {
        Map<String, String> fields = new LinkedHashMap<>();
        switch (gate) {
            case Gate.MismatchRate(var severity, int max) -> {
                fields.put("metric", "mismatchRate");
                fields.put("severity", of(severity));
                fields.put("max", percent(max));
            }
            case Gate.ErrorRate(var maxIncrease, var max) -> {
                fields.put("metric", "errorRate");
                limit(
                        fields,
                        "maxIncrease",
                        maxIncrease == null ? null : percent(maxIncrease).replace("%", "pp"));
                limit(fields, "max", max == null ? null : percent(max));
            }
            case Gate.Latency(int percentile, var maxRatio, var max) -> {
                fields.put("metric", "latencyP" + percentile);
                limit(fields, "maxRatio", maxRatio == null ? null : maxRatio.toString());
                limit(fields, "max", max == null ? null : duration(max));
            }
            case Gate.CdcLag(var from, var entities, var max, boolean fails) -> {
                fields.put("metric", "cdcLag");
                fields.put("from", quoted(from.toString()));
                if (!entities.isEmpty()) {
                    fields.put("entities", of(entities));
                }
                fields.put("max", duration(max));
                fields.put("onExceed", fails ? "fail" : "hold");
            }
            case Gate.Parity(var from, int max, var maxAge, boolean fails) -> {
                fields.put("metric", "parity");
                fields.put("from", quoted(from.toString()));
                fields.put("max", percent(max));
                fields.put("maxAge", duration(maxAge));
                fields.put("onExceed", fails ? "fail" : "hold");
            }
        }
        return braces(fields);
    }

    /** One limit of a gate; those that compare say with what. */
    private static void limit(Map<String, String> fields, String key, @Nullable String value) {
        if (value != null && !key.equals("max")) {
            fields.put("vs", "baseline");
        }
        if (value != null) {
            fields.put(key, value);
        }
    }

    private static String step(Step step) {
        Map<String, String> fields = new LinkedHashMap<>();
        boolean live = step.stage() == Stage.LIVE;
        fields.put(live ? "setWeight" : "stage", live ? percent(step.weight()) : word(step.stage()));
        if (!step.pause().isZero()) {
            fields.put("pause", duration(step.pause()));
        }
        if (step.approval()) {
            fields.put("approval", "true");
        }
        return braces(fields);
    }

    /** A word of several begins each but the first with a capital. */
    private static String word(Enum<?> word) {
        var text = new StringBuilder();
        for (String part : word.name().toLowerCase(Locale.ROOT).split("_", -1)) {
            text.append(text.isEmpty() ? part : Character.toUpperCase(part.charAt(0)) + part.substring(1));
        }
        return text.toString();
    }

    private static String path(PathReplacement path) {
        String type = path.needsPrefix() ? "ReplacePrefixMatch" : "ReplaceFullPath";
        return "{type: " + type + ", value: " + text(path.value()) + "}";
    }

    private static String duration(Duration duration) {
        var text = new StringBuilder();
        part(text, duration.toHours(), "h");
        part(text, duration.toMinutesPart(), "m");
        part(text, duration.toSecondsPart(), "s");
        part(text, duration.toMillisPart(), "ms");
        return text.isEmpty() ? "0s" : text.toString();
    }

    private static void part(StringBuilder text, long number, String unit) {
        if (number != 0) {
            text.append(number).append(unit);
        }
    }

    /** What a record of the model says, under the names of its parts, which are the language's own. */
    private static String record(Record record) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (RecordComponent part : record.getClass().getRecordComponents()) {
            Object value = part(part, record);
            if (value != null) {
                fields.put(key(part), of(key(part), value));
            }
        }
        return braces(fields);
    }

    static @Nullable Object part(RecordComponent part, Record of) {
        try {
            return part.getAccessor().invoke(of);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(part.toString(), e); // our own public records
        }
    }
}
