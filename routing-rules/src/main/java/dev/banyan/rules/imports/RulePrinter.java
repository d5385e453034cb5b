package dev.banyan.rules.imports;

import dev.banyan.rules.Match;
import dev.banyan.rules.PathReplacement;
import dev.banyan.rules.Redirect;
import dev.banyan.rules.Stage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Writes a draft as a rule file; the layout is seen to afterwards. */
final class RulePrinter {

    private static final String COHORT = "visitor";
    private static final int BASIS_POINTS_A_PERCENT = 100;
    private static final int EVERYONE = 10_000;
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z/][A-Za-z0-9/_.-]*");
    private static final Set<String> NOT_PLAIN = Set.of("true", "false", "null", "yes", "no", "on", "off", "y", "n");

    private final Draft draft;
    private final StringBuilder out = new StringBuilder();

    private RulePrinter(Draft draft) {
        this.draft = draft;
    }

    static String print(Draft draft, ImportForm form, String sources) {
        var printer = new RulePrinter(draft);
        printer.line("# yaml-language-server: $schema=./routing-rules.schema.json");
        printer.line("#");
        printer.line("# Made of " + sources + " (" + form + ").");
        draft.notes.forEach(each -> printer.comment(each));
        printer.backends();
        printer.cohorts();
        printer.routes();
        return printer.out.toString();
    }

    private void backends() {
        line("");
        line("backends:");
        draft.backends().forEach((name, url) -> {
            Map<String, String> fields = new LinkedHashMap<>();
            fields.put("name", name);
            fields.put("url", quoted(url.toString()));
            if (name.equals(Draft.BASELINE)) {
                fields.put("baseline", "true");
            }
            String host = draft.hostByBackend.get(name);
            if (host != null) {
                fields.put("host", text(host));
            }
            line("  - " + braces(fields));
        });
    }

    private void cohorts() {
        if (draft.routes.stream().anyMatch(RulePrinter::isSplit)) {
            line("");
            line("cohorts:");
            line("  - {name: " + COHORT + ", key: [{generateCookie: banyan_id}], salt: imported}");
        }
    }

    private void routes() {
        List<DraftRoute> written =
                draft.routes.stream().filter(each -> !each.leftOut).toList();
        line("");
        if (!written.isEmpty()) {
            line("routes:");
        }
        for (DraftRoute route : draft.routes) {
            if (route.leftOut) {
                comment("route " + route.name + " was left out ("
                        + route.place.file().getFileName() + ":" + route.place.line() + ":" + route.place.column()
                        + ")");
            }
            route.notes.forEach(this::comment);
            if (!route.leftOut) {
                route(route);
            }
        }
    }

    private void route(DraftRoute route) {
        line("  - name: " + text(route.name));
        if (!route.hostnames.isEmpty()) {
            line("    hostnames: " + texts(route.hostnames));
        }
        line("    matches:");
        route.matches.forEach(each -> line("      - " + match(each)));
        field("candidate", route.redirect == null ? text(candidate(route)) : null);
        field("cohort", isSplit(route) ? COHORT : null);
        field("stage", route.stage.toString().toLowerCase(java.util.Locale.ROOT));
        field("weight", route.stage == Stage.LIVE || route.weight > 0 ? percent(route.weight) : null);
        field("fallback", route.stage == Stage.LIVE ? "none" : null);
        field("timeouts", route.timeout == null ? null : "{request: " + route.timeout.toMillis() + "ms}");
        field("rewrite", rewrite(route));
        field("redirect", route.redirect == null ? null : redirect(route.redirect));
        field("schedule", schedule(route));
        field(
                "filters",
                route.filters.isEmpty()
                        ? null
                        : texts(route.filters.stream().map(each -> each.text()).toList()));
        field("priority", route.priority == 0 ? null : String.valueOf(route.priority));
    }

    /** A route of the baseline needs a candidate all the same: one that its stage keeps from serving. */
    private String candidate(DraftRoute route) {
        if (route.candidate != null) {
            return route.candidate;
        }
        for (DraftRoute other : draft.routes) {
            if (other.candidate != null && Order.between(route, other) != Order.Outcome.APART) {
                return other.candidate;
            }
        }
        return draft.backends().keySet().stream()
                .filter(each -> !each.equals(Draft.BASELINE))
                .findFirst()
                .orElseThrow();
    }

    private static boolean isSplit(DraftRoute route) {
        return !route.leftOut && route.weight > 0 && route.weight < EVERYONE;
    }

    static String match(Match match) {
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
            fields.put(key, given.stream().map(RulePrinter::field).collect(Collectors.joining(", ", "[", "]")));
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

    private static @Nullable String rewrite(DraftRoute route) {
        Map<String, String> fields = new LinkedHashMap<>();
        if (route.rewriteHostname != null) {
            fields.put("hostname", text(route.rewriteHostname));
        }
        if (route.rewritePath != null) {
            fields.put("path", path(route.rewritePath));
        }
        return fields.isEmpty() ? null : braces(fields);
    }

    private static String redirect(Redirect redirect) {
        Map<String, String> fields = new LinkedHashMap<>();
        if (redirect.scheme() != null) {
            fields.put("scheme", redirect.scheme());
        }
        if (redirect.hostname() != null) {
            fields.put("hostname", text(redirect.hostname()));
        }
        if (redirect.port() != null) {
            fields.put("port", String.valueOf(redirect.port()));
        }
        if (redirect.path() != null) {
            fields.put("path", path(redirect.path()));
        }
        fields.put("statusCode", String.valueOf(redirect.statusCode()));
        return braces(fields);
    }

    private static String path(PathReplacement path) {
        String type = path.needsPrefix() ? "ReplacePrefixMatch" : "ReplaceFullPath";
        return "{type: " + type + ", value: " + text(path.value()) + "}";
    }

    private static @Nullable String schedule(DraftRoute route) {
        Map<String, String> fields = new LinkedHashMap<>();
        if (route.from != null) {
            fields.put("from", quoted(route.from.toString()));
        }
        if (route.until != null) {
            fields.put("until", quoted(route.until.toString()));
        }
        return fields.isEmpty() ? null : braces(fields);
    }

    private static String percent(int basisPoints) {
        int rest = basisPoints % BASIS_POINTS_A_PERCENT;
        return basisPoints / BASIS_POINTS_A_PERCENT + (rest == 0 ? "" : ".%02d".formatted(rest)) + "%";
    }

    private static String braces(Map<String, String> fields) {
        List<String> parts = new ArrayList<>();
        fields.forEach((key, value) -> parts.add(key + ": " + value));
        return "{" + String.join(", ", parts) + "}";
    }

    private static String texts(List<String> all) {
        return all.stream().map(RulePrinter::text).collect(Collectors.joining(", ", "[", "]"));
    }

    private static String text(String text) {
        boolean plain = PLAIN.matcher(text).matches() && !NOT_PLAIN.contains(text.toLowerCase(java.util.Locale.ROOT));
        return plain ? text : quoted(text);
    }

    /** In quotes as JSON has them, which are YAML's too. */
    private static String quoted(String text) {
        return JsonMapper.shared().writeValueAsString(text);
    }

    private void field(String key, @Nullable String value) {
        if (value != null) {
            line("    " + key + ": " + value);
        }
    }

    /** A comment beside a route stands above it, whatever the text holds. */
    private void comment(String text) {
        line("  # " + text.replaceAll("\\p{Cntrl}+", " "));
    }

    private void line(String line) {
        out.append(line).append('\n');
    }
}
