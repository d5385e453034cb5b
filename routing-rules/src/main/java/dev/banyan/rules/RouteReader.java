package dev.banyan.rules;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes routes of what files declare. */
final class RouteReader {

    private final List<Problem> problems;
    private final Map<String, Declared> backends;
    private final Map<String, Declared> cohorts;

    /** Whether every file could be read: only then is a name that nobody declares a mistake. */
    private final boolean complete;

    RouteReader(
            List<Problem> problems, Map<String, Declared> backends, Map<String, Declared> cohorts, boolean complete) {
        this.problems = problems;
        this.backends = backends;
        this.cohorts = cohorts;
        this.complete = complete;
    }

    /** The route; null when something is wrong with it, which has then been reported, here or by the schema. */
    @Nullable
    Route read(Declared at) {
        int before = problems.size();
        String candidate = reference(at, "candidate", backends);
        String cohort = reference(at, "cohort", cohorts);
        Declared to = candidate == null ? null : backends.get(candidate);
        if (to != null && to.fields().isTrue("baseline")) {
            at.add(problems, "candidate", to.name() + ", the baseline itself", "a backend that takes over");
        }
        Stage stage = stage(at.fields().text("stage"));
        int weight = weight(at, stage, cohort);
        List<Match> matches = new MatchReader(problems).read(at);
        var actions = new ActionReader(problems);
        Rewrite rewrite = actions.rewrite(at);
        Redirect redirect = actions.redirect(at);
        if (at.fields().get("candidate") == null && at.fields().get("redirect") == null && stage != Stage.RETIRED) {
            at.addMissing(problems, "candidate", "the backend that takes over");
        }
        Route.Builder route = Route.named(at.name())
                .hostnames(hostnames(at))
                .matches(matches)
                .candidate(candidate)
                .cohort(cohort)
                .weight(weight)
                .requestTimeout(actions.requestTimeout(at))
                .fallback(!Objects.equals(at.fields().text("fallback"), "none"))
                .rewrite(rewrite)
                .redirect(redirect)
                .retired(actions.retired(at))
                .schedule(actions.schedule(at))
                .filters(actions.filters(at))
                .priority(at.fields().number("priority", 0))
                .lintAllowed(actions.lintAllowed(at));
        boolean whole = matches.size() == at.fields().list("matches").size() && !matches.isEmpty();
        boolean target = candidate != null || redirect != null || stage == Stage.RETIRED;
        boolean sound = whole && target && problems.size() == before && Names.isName(at.name());
        return sound && stage != null ? route.stage(stage).build() : null;
    }

    private @Nullable String reference(Declared at, String key, Map<String, Declared> known) {
        String name = at.fields().text(key);
        if (complete && name != null && !known.containsKey(name)) {
            at.add(problems, key, "\"" + name + "\"", Suggestion.among(name, known.keySet()));
        }
        return name;
    }

    private static @Nullable Stage stage(@Nullable String text) {
        for (Stage stage : Stage.values()) {
            if (stage.name().toLowerCase(Locale.ROOT).equals(text)) {
                return stage;
            }
        }
        return null;
    }

    private int weight(Declared at, @Nullable Stage stage, @Nullable String cohort) {
        int weight = Quantities.basisPoints(at.fields(), "weight", 0);
        if (stage == Stage.LIVE && at.fields().get("weight") == null) {
            at.add(problems, "stage", "live without a weight", "weight: the candidate's share, such as 5%");
        }
        if (stage == Stage.LIVE
                && weight > 0
                && weight < Route.EVERYONE
                && at.fields().get("cohort") == null) {
            at.add(problems, "weight", "a split without a cohort", "cohort: how callers are told apart");
        }
        return stage == Stage.LIVE && cohort == null && weight < Route.EVERYONE ? 0 : weight;
    }

    private List<String> hostnames(Declared at) {
        Set<String> hostnames = new HashSet<>();
        for (Yaml each : at.fields().list("hostnames")) {
            if (each instanceof Yaml.Scalar host && !hostnames.add(host.text())) {
                at.add(problems, "hostnames", host.place(), host.shown() + " again", "each host once");
            }
        }
        return hostnames.stream().sorted().toList();
    }
}
