package dev.banyan.rules;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes what a route does besides choosing a side of what files declare. */
final class ActionReader {

    private final List<Problem> problems;

    ActionReader(List<Problem> problems) {
        this.problems = problems;
    }

    /** The candidate's time on this route; null when it is not said. */
    @Nullable
    Duration requestTimeout(Declared at) {
        if (!(at.fields().get("timeouts") instanceof Yaml.Fields given)) {
            return null;
        }
        return Durations.read(problems, at, given, "timeouts", "request");
    }

    /** The longest request body in bytes; null when it is not said. */
    @Nullable
    Long bodyBytesMax(Declared at) {
        String text = at.fields().text("maxBodySize");
        if (text == null || !Quantities.isSize(text)) {
            return null;
        }
        long bytes = Quantities.bytes(text);
        if (bytes < Route.BODY_BYTES_MIN) {
            at.add(problems, "maxBodySize", at.fields().placeOf("maxBodySize"), "\"" + text + "\"", "1KiB to 9999GiB");
            return null;
        }
        return bytes;
    }

    /** The rewrite; null when there is none. */
    @Nullable
    Rewrite rewrite(Declared at) {
        if (!(at.fields().get("rewrite") instanceof Yaml.Fields given)) {
            return null;
        }
        String hostname = given.text("hostname");
        PathReplacement path = replacement(at, given, "rewrite");
        return hostname == null && path == null ? null : new Rewrite(hostname, path);
    }

    /** The redirect; null when there is none. */
    @Nullable
    Redirect redirect(Declared at) {
        if (!(at.fields().get("redirect") instanceof Yaml.Fields given)) {
            return null;
        }
        for (String other : List.of("candidate", "rewrite", "filters", "timeouts", "maxBodySize")) {
            if (at.says(other)) {
                at.add(
                        problems,
                        ProblemKind.CONTRADICTION,
                        other,
                        other + " beside a redirect",
                        "one of both: a redirect asks no backend");
            }
        }
        String scheme = given.text("scheme");
        String hostname = given.text("hostname");
        int port = given.number("port", 0);
        int status = given.number("statusCode", Redirect.STATUS_UNSET);
        PathReplacement path = replacement(at, given, "redirect");
        boolean elsewhere = scheme != null || hostname != null || port != 0 || path != null;
        if (!elsewhere && given.get("path") == null && given.fields().containsKey("statusCode")) {
            at.add(
                    problems,
                    ProblemKind.CONTRADICTION,
                    "redirect",
                    "a redirect to itself",
                    "scheme, hostname, port or path");
        }
        boolean http = scheme == null || scheme.equals("http") || scheme.equals("https");
        boolean bounded = port >= 0 && port <= 65_535 && Redirect.STATUS_CODES.contains(status);
        return elsewhere && http && bounded
                ? new Redirect(scheme, hostname, port == 0 ? null : port, path, status)
                : null;
    }

    private @Nullable PathReplacement replacement(Declared at, Yaml.Fields in, String section) {
        String value = in.get("path") instanceof Yaml.Fields path ? path.text("value") : null;
        if (value == null || value.isEmpty() || !(in.get("path") instanceof Yaml.Fields path)) {
            return null;
        }
        String expected = PathValue.wrong(Match.Path.Kind.EXACT, value);
        if (expected != null) {
            at.add(
                    problems,
                    ProblemKind.PATH,
                    section + ".path.value",
                    path.placeOf("value"),
                    "\"" + value + "\"",
                    expected);
            return null;
        }
        return switch (path.text("type")) {
            case "ReplaceFullPath" -> new PathReplacement.ReplaceFullPath(value);
            case "ReplacePrefixMatch" -> {
                requirePrefixes(at, section, path);
                yield new PathReplacement.ReplacePrefixMatch(value);
            }
            case null, default -> null;
        };
    }

    /** What covers a part of the path only can be replaced; of an expression nobody can say which part that is. */
    private void requirePrefixes(Declared at, String section, Yaml.Fields replacement) {
        for (Yaml each : at.fields().list("matches")) {
            String type = each instanceof Yaml.Fields match && match.get("path") instanceof Yaml.Fields path
                    ? path.text("type")
                    : null;
            if (type != null && !type.equals("PathPrefix")) {
                at.add(
                        problems,
                        ProblemKind.CONTRADICTION,
                        section + ".path.type",
                        replacement.placeOf("type"),
                        "ReplacePrefixMatch with a match of type " + type,
                        "matches of type PathPrefix only, or ReplaceFullPath");
                return;
            }
        }
    }

    /** What callers get at stage retired. */
    Retired retired(Declared at) {
        if (!(at.fields().get("retired") instanceof Yaml.Fields given)) {
            return Retired.UNSET;
        }
        String body = Objects.requireNonNullElse(given.text("body"), "");
        String type = Objects.requireNonNullElse(given.text("contentType"), Retired.UNSET.contentType());
        String link = given.text("link");
        URI address = link == null || link.isEmpty() ? null : webAddress(link);
        if (link != null && !link.isEmpty() && address == null) {
            Yaml.Place place = given.placeOf("link");
            at.add(problems, "retired.link", place, "\"" + link + "\"", "an http or https address");
        }
        return body.length() > Retired.BODY_CHARS_MAX ? Retired.UNSET : new Retired(body, type, address);
    }

    private static @Nullable URI webAddress(String text) {
        try {
            URI address = new URI(text);
            return Retired.isWebAddress(address) ? address : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    /** The schedule; null when there is none. */
    @Nullable
    Schedule schedule(Declared at) {
        if (!(at.fields().get("schedule") instanceof Yaml.Fields given)) {
            return null;
        }
        Instant from = moment(at, given, "from");
        Instant until = moment(at, given, "until");
        if (from != null && until != null && !until.isAfter(from)) {
            Yaml.Place place = given.placeOf("until");
            at.add(
                    problems,
                    ProblemKind.CONTRADICTION,
                    "schedule.until",
                    place,
                    "\"" + given.text("until") + "\"",
                    "a moment after from");
            return null;
        }
        return from == null && until == null ? null : new Schedule(from, until);
    }

    private @Nullable Instant moment(Declared at, Yaml.Fields in, String key) {
        String text = in.text(key);
        if (text == null || !Quantities.isMoment(text)) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            at.add(problems, "schedule." + key, in.placeOf(key), "\"" + text + "\"", "a day and a time that exist");
            return null;
        }
    }

    /** The filters in their order. */
    List<FilterCall> filters(Declared at) {
        List<FilterCall> filters = new ArrayList<>();
        for (Yaml each : at.fields().list("filters")) {
            if (each instanceof Yaml.Scalar text && text.kind() == Yaml.Scalar.Kind.TEXT) {
                FilterCall call = FilterCall.parse(text.text());
                FilterCatalog.Mistake mistake = FilterCatalog.mistake(call);
                if (mistake != null) {
                    at.add(problems, ProblemKind.FILTER, "filters", text.place(), mistake.found(), mistake.expected());
                }
                filters.add(call);
            }
        }
        return filters.size() > Route.FILTERS_MAX ? List.of() : filters;
    }

    /** What lint finds here and somebody means. */
    List<Route.LintAllowed> lintAllowed(Declared at) {
        List<Route.LintAllowed> allowed = new ArrayList<>();
        List<Yaml> given = at.fields().get("lint") instanceof Yaml.Fields lint ? lint.list("allow") : List.of();
        for (Yaml each : given) {
            String code = each instanceof Yaml.Fields one ? one.text("code") : null;
            String reason = each instanceof Yaml.Fields one ? one.text("reason") : null;
            if (code != null && reason != null) {
                allowed.add(new Route.LintAllowed(code, reason));
            }
        }
        return allowed;
    }
}
