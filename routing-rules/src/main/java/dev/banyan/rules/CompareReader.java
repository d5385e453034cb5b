package dev.banyan.rules;

import com.google.re2j.Pattern;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes how a route's replies are compared of what files declare. */
final class CompareReader {

    private static final Pattern XML_PATH = Pattern.compile("(/[\\pL_][\\pL\\pN_.:-]*)+(/@[\\pL_][\\pL\\pN_.:-]*)?");
    private static final BigDecimal WHOLE = BigDecimal.ONE;
    private static final Duration WITHIN_MAX = Duration.ofDays(1);

    private final List<Problem> problems;

    CompareReader(List<Problem> problems) {
        this.problems = problems;
    }

    /** The comparison; null when nothing is said, or when something is wrong, which has then been reported. */
    @Nullable
    Compare read(Declared at) {
        if (!(at.fields().get("compare") instanceof Yaml.Fields given)) {
            return null;
        }
        int before = problems.size();
        List<String> headers = given.get("headers") == null
                ? Compare.HEADERS_UNSET
                : texts(given, "headers").stream()
                        .map(each -> each.toLowerCase(Locale.ROOT))
                        .sorted()
                        .toList();
        Yaml.Fields xml = section(given, "xml");
        Yaml.Fields text = section(given, "text");
        Yaml.Fields noise = section(given, "noise");
        Compare.Json json = json(at, section(given, "json"));
        Compare.Html html = html(at, section(given, "html"));
        List<Compare.Ignored> xmlIgnore = ignored(at, xml, "compare.xml", "path", CompareReader::wrongXmlPath);
        List<Compare.Ignored> textIgnore = ignored(at, text, "compare.text", "pattern", PathValue::wrongRegex);
        int percent = noise == null ? Compare.NOISE_PERCENT_UNSET : noise.number("percent", 0);
        return problems.size() == before && percent >= 0 && percent <= 100
                ? new Compare(
                        Objects.equals(given.text("status"), "class"),
                        headers,
                        json,
                        html,
                        xmlIgnore,
                        textIgnore,
                        texts(given, "redact"),
                        percent)
                : null;
    }

    private Compare.Json json(Declared at, Yaml.@Nullable Fields given) {
        if (given == null) {
            return Compare.Json.UNSET;
        }
        List<Compare.Ignored> ignore = ignored(at, given, "compare.json", "path", CompareReader::wrongJsonPath);
        List<Compare.ArrayOrder> arrays = new ArrayList<>();
        for (Yaml.Fields each : entries(given, "arrays")) {
            JsonPath path = path(at, each, "compare.json.arrays");
            String key = each.text("keyedBy");
            if ((key == null) == (each.get("order") == null)) {
                at.add(
                        problems,
                        ProblemKind.CONTRADICTION,
                        "compare.json.arrays",
                        each.place(),
                        "an array",
                        "either keyedBy or order: any");
            } else if (path != null) {
                arrays.add(new Compare.ArrayOrder(path, key));
            }
        }
        List<Compare.Tolerance> tolerance = new ArrayList<>();
        for (Yaml.Fields each : entries(given, "tolerance")) {
            Compare.Tolerance one = tolerance(at, each);
            if (one != null) {
                tolerance.add(one);
            }
        }
        List<Compare.Timestamps> timestamps = new ArrayList<>();
        for (Yaml.Fields each : entries(given, "timestamps")) {
            JsonPath path = path(at, each, "compare.json.timestamps");
            Duration within = within(at, each);
            if (path != null && within != null) {
                timestamps.add(new Compare.Timestamps(path, within));
            }
        }
        boolean allowed = Objects.equals(given.text("additions"), "allow");
        return new Compare.Json(ignore, arrays, tolerance, timestamps, given.isTrue("nullEqualsAbsent"), allowed);
    }

    private Compare.@Nullable Tolerance tolerance(Declared at, Yaml.Fields given) {
        JsonPath path = path(at, given, "compare.json.tolerance");
        BigDecimal abs = given.get("abs") instanceof Yaml.Scalar number ? number.number() : null;
        BigDecimal rel = given.get("rel") instanceof Yaml.Scalar number ? number.number() : null;
        if ((given.get("abs") == null) == (given.get("rel") == null)) {
            at.add(
                    problems,
                    ProblemKind.CONTRADICTION,
                    "compare.json.tolerance",
                    given.place(),
                    "a tolerance",
                    "either abs or rel");
            return null;
        }
        BigDecimal value = abs == null ? rel : abs;
        if (path == null || value == null) {
            return null;
        }
        if (value.signum() <= 0 || (rel != null && rel.compareTo(WHOLE) > 0)) {
            String key = abs == null ? "rel" : "abs";
            String expected = abs == null ? "above 0, up to 1" : "above 0";
            at.add(problems, "compare.json.tolerance." + key, given.placeOf(key), value.toPlainString(), expected);
            return null;
        }
        return new Compare.Tolerance(path, abs, rel);
    }

    private @Nullable Duration within(Declared at, Yaml.Fields given) {
        String text = given.text("within");
        if (text == null || !Quantities.isSpan(text)) {
            return null;
        }
        Duration within = Quantities.duration(text);
        if (!within.isPositive() || within.compareTo(WITHIN_MAX) > 0) {
            Yaml.Place place = given.placeOf("within");
            at.add(problems, "compare.json.timestamps.within", place, "\"" + text + "\"", "above 0, up to 1d");
            return null;
        }
        return within;
    }

    private @Nullable JsonPath path(Declared at, Yaml.Fields given, String section) {
        String text = given.text("path");
        if (text == null) {
            return null;
        }
        if (!JsonPath.isPath(text)) {
            at.add(problems, section + ".path", given.placeOf("path"), "\"" + text + "\"", JsonPath.EXPECTED);
            return null;
        }
        return JsonPath.parse(text);
    }

    private Compare.Html html(Declared at, Yaml.@Nullable Fields given) {
        if (given == null) {
            return Compare.Html.UNSET;
        }
        List<Compare.Ignored> ignore =
                ignored(at, given, "compare.html", "selector", each -> each.isBlank() ? "a CSS selector" : null);
        List<String> attributes = texts(given, "ignoreAttributes").stream()
                .map(each -> each.toLowerCase(Locale.ROOT))
                .toList();
        return new Compare.Html(ignore, attributes);
    }

    private List<Compare.Ignored> ignored(
            Declared at,
            Yaml.@Nullable Fields section,
            String where,
            String key,
            Function<String, @Nullable String> wrong) {
        List<Compare.Ignored> ignored = new ArrayList<>();
        for (Yaml.Fields each : section == null ? List.<Yaml.Fields>of() : entries(section, "ignore")) {
            String place = each.text(key);
            String reason = each.text("reason");
            String expected = place == null ? null : wrong.apply(place);
            if (place != null && expected != null) {
                at.add(problems, where + ".ignore." + key, each.placeOf(key), "\"" + place + "\"", expected);
            } else if (place != null && reason != null) {
                ignored.add(new Compare.Ignored(place, reason, day(at, each, where)));
            }
        }
        return ignored;
    }

    private @Nullable LocalDate day(Declared at, Yaml.Fields given, String where) {
        String text = given.text("expires");
        if (text == null || !Quantities.isDay(text)) {
            return null;
        }
        try {
            return LocalDate.parse(text);
        } catch (DateTimeException e) {
            at.add(
                    problems,
                    where + ".ignore.expires",
                    given.placeOf("expires"),
                    "\"" + text + "\"",
                    "a day that exists");
            return null;
        }
    }

    private static @Nullable String wrongXmlPath(String text) {
        return XML_PATH.matches(text) ? null : "a path such as /order/line/@id";
    }

    private static @Nullable String wrongJsonPath(String text) {
        return JsonPath.isPath(text) ? null : JsonPath.EXPECTED;
    }

    private static Yaml.@Nullable Fields section(Yaml.Fields in, String key) {
        return in.get(key) instanceof Yaml.Fields fields ? fields : null;
    }

    private static List<Yaml.Fields> entries(Yaml.Fields in, String key) {
        return in.list(key).stream()
                .filter(Yaml.Fields.class::isInstance)
                .map(Yaml.Fields.class::cast)
                .toList();
    }

    private static List<String> texts(Yaml.Fields in, String key) {
        return in.list(key).stream()
                .filter(each -> each instanceof Yaml.Scalar text && text.kind() == Yaml.Scalar.Kind.TEXT)
                .map(each -> ((Yaml.Scalar) each).text())
                .toList();
    }
}
