package dev.banyan.rules.imports;

import dev.banyan.rules.Redirect;
import dev.banyan.rules.Route;
import dev.banyan.rules.RuleWords;
import dev.banyan.rules.Stage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes a draft as a rule file; the layout is seen to afterwards. */
final class RulePrinter {

    private static final String COHORT = "visitor";

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
            fields.put("url", RuleWords.quoted(url.toString()));
            if (name.equals(Draft.BASELINE)) {
                fields.put("baseline", "true");
            }
            String host = draft.hostByBackend.get(name);
            if (host != null) {
                fields.put("host", RuleWords.of(host));
            }
            line("  - " + RuleWords.braces(fields));
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
        line("  - name: " + RuleWords.of(route.name));
        if (!route.hostnames.isEmpty()) {
            line("    hostnames: " + RuleWords.of(route.hostnames));
        }
        line("    matches:");
        route.matches.forEach(each -> line("      - " + RuleWords.of(each)));
        field("candidate", route.redirect == null ? RuleWords.of(candidate(route)) : null);
        field("cohort", isSplit(route) ? COHORT : null);
        field("stage", route.stage.toString().toLowerCase(java.util.Locale.ROOT));
        field("weight", route.stage == Stage.LIVE || route.weight > 0 ? RuleWords.percent(route.weight) : null);
        field("fallback", route.stage == Stage.LIVE ? "none" : null);
        field("timeouts", route.timeout == null ? null : "{request: " + RuleWords.of(route.timeout) + "}");
        field("rewrite", rewrite(route));
        field("redirect", route.redirect == null ? null : redirect(route.redirect));
        field("schedule", schedule(route));
        field(
                "filters",
                route.filters.isEmpty()
                        ? null
                        : RuleWords.of(
                                route.filters.stream().map(each -> each.text()).toList()));
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
        return !route.leftOut && route.weight > 0 && route.weight < Route.EVERYONE;
    }

    private static @Nullable String rewrite(DraftRoute route) {
        Map<String, String> fields = new LinkedHashMap<>();
        if (route.rewriteHostname != null) {
            fields.put("hostname", RuleWords.of(route.rewriteHostname));
        }
        if (route.rewritePath != null) {
            fields.put("path", RuleWords.of(route.rewritePath));
        }
        return fields.isEmpty() ? null : RuleWords.braces(fields);
    }

    private static String redirect(Redirect redirect) {
        Map<String, String> fields = new LinkedHashMap<>();
        if (redirect.scheme() != null) {
            fields.put("scheme", redirect.scheme());
        }
        if (redirect.hostname() != null) {
            fields.put("hostname", RuleWords.of(redirect.hostname()));
        }
        if (redirect.port() != null) {
            fields.put("port", String.valueOf(redirect.port()));
        }
        if (redirect.path() != null) {
            fields.put("path", RuleWords.of(redirect.path()));
        }
        fields.put("statusCode", String.valueOf(redirect.statusCode()));
        return RuleWords.braces(fields);
    }

    private static @Nullable String schedule(DraftRoute route) {
        Map<String, String> fields = new LinkedHashMap<>();
        if (route.from != null) {
            fields.put("from", RuleWords.quoted(route.from.toString()));
        }
        if (route.until != null) {
            fields.put("until", RuleWords.quoted(route.until.toString()));
        }
        return fields.isEmpty() ? null : RuleWords.braces(fields);
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
