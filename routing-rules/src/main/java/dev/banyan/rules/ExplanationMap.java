package dev.banyan.rules;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An explanation as plain maps, lists, texts and numbers in the order they are read: what becomes its JSON. */
public final class ExplanationMap {

    private ExplanationMap() {}

    /** The explanation of a request under {@code rules}; what there is none of is left out. */
    public static Map<String, Object> of(Explanation explanation, RuleSet rules) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("rules", rules.hash());
        map.put("decision", decision(explanation.decision()));
        Explanation.CohortFinding cohort = explanation.cohort();
        if (cohort != null) {
            map.put("cohort", cohort(cohort));
        }
        map.put("mirrored", mirrored(explanation));
        map.put(
                "readings",
                explanation.readings().stream().map(ExplanationMap::reading).toList());
        map.put(
                "candidates",
                explanation.candidates().stream().map(ExplanationMap::candidate).toList());
        map.put("candidatesLeftOut", explanation.candidatesLeftOut());
        return map;
    }

    /** Where a copy of the request goes, or {@code no}. */
    private static String mirrored(Explanation explanation) {
        String mirrored = explanation.mirrored();
        return mirrored == null
                ? "no"
                : mirrored.equals(Explanation.BY_CHANCE)
                        ? mirrored + ", since the caller has no key"
                        : "to " + mirrored;
    }

    /** What becomes of the request. */
    static Map<String, Object> decision(Decision decision) {
        Map<String, Object> map = new LinkedHashMap<>();
        switch (decision) {
            case Decision.Routed routed -> {
                map.put("outcome", "routed");
                match(map, routed.route(), routed.match());
                map.put("backend", routed.backend().name());
                map.put("urls", texts(routed.backend().urls()));
                choice(map, routed.choice());
                Decision.Rewritten rewritten = routed.rewritten();
                put(map, "rewrittenHost", rewritten == null ? null : rewritten.hostname());
                put(map, "rewrittenPath", rewritten == null ? null : rewritten.rawPath());
                map.put(
                        "filters",
                        routed.filters().stream().map(FilterCall::text).toList());
                map.put("mayFallBack", routed.mayFallBack());
            }
            case Decision.Redirected redirected -> {
                map.put("outcome", "redirected");
                match(map, redirected.route(), redirected.match());
                map.put("status", redirected.status());
                map.put("location", redirected.location());
                choice(map, redirected.choice());
            }
            case Decision.Gone gone -> {
                map.put("outcome", "gone");
                match(map, gone.route(), gone.match());
                map.put("status", 410);
                put(map, "link", gone.route().retired().link());
            }
            case Decision.Refused refused -> {
                map.put("outcome", "refused");
                map.put("status", refused.status());
                map.put("reason", refused.reason());
            }
        }
        return map;
    }

    private static void match(Map<String, Object> map, @Nullable Route route, int match) {
        if (route != null) {
            map.put("route", route.name());
            map.put("match", match);
            map.put("stage", route.stage().name().toLowerCase(Locale.ROOT));
        }
    }

    private static void choice(Map<String, Object> map, Decision.Choice choice) {
        map.put("side", choice.side().name().toLowerCase(Locale.ROOT));
        map.put("chosenBy", choice.by().name().toLowerCase(Locale.ROOT));
        put(map, "newCookie", choice.issue() == null ? null : choice.issue().name());
    }

    private static Map<String, Object> reading(Explanation.Reading reading) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("path", reading.path());
        map.put("ignoresCase", reading.ignoresCase());
        put(map, "route", reading.route());
        if (reading.route() != null) {
            map.put("match", reading.match());
        }
        map.put("leadsTo", leadsTo(reading.decision()));
        return map;
    }

    /** What a decision comes to, in a few words. */
    static String leadsTo(Decision decision) {
        return switch (decision) {
            case Decision.Routed routed -> {
                Decision.Rewritten rewritten = routed.rewritten();
                String as = rewritten == null || rewritten.rawPath() == null ? "" : " as " + rewritten.rawPath();
                yield "backend " + routed.backend().name() + as;
            }
            case Decision.Redirected redirected -> redirected.status() + " to " + redirected.location();
            case Decision.Gone _ -> "410";
            case Decision.Refused refused -> refused.status() + ", " + refused.reason();
        };
    }

    private static Map<String, Object> candidate(Explanation.Candidate candidate) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("route", candidate.route().name());
        map.put("match", candidate.match());
        map.put("place", candidate.place().toString());
        switch (candidate.verdict()) {
            case Explanation.Verdict.Wins() -> map.put("verdict", "wins");
            case Explanation.Verdict.Outranked(var step, var own, var winners) -> {
                map.put("verdict", "outranked");
                map.put("step", step.number());
                map.put("by", step.words());
                map.put("own", own);
                map.put("winners", winners);
            }
            case Explanation.Verdict.Fails(var condition, var found, var expected) -> {
                map.put("verdict", "fails");
                map.put("condition", condition);
                map.put("found", found);
                map.put("expected", expected);
            }
        }
        return map;
    }

    private static Map<String, Object> cohort(Explanation.CohortFinding cohort) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", cohort.cohort());
        put(map, "key", cohort.key());
        put(map, "keyValue", cohort.keyValue());
        map.put("bucket", cohort.bucket());
        map.put("weight", cohort.weight());
        put(map, "override", cohort.override());
        map.put("overrideBelieved", cohort.overrideBelieved());
        put(
                map,
                "assigned",
                cohort.assigned() == null ? null : cohort.assigned().name().toLowerCase(Locale.ROOT));
        return map;
    }

    private static void put(Map<String, Object> map, String key, @Nullable Object value) {
        if (value != null) {
            map.put(key, value.toString());
        }
    }

    private static List<String> texts(List<?> values) {
        List<String> texts = new ArrayList<>();
        values.forEach(each -> texts.add(each.toString()));
        return texts;
    }
}
