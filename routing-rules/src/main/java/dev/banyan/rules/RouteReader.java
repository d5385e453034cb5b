package dev.banyan.rules;

import java.util.HashMap;
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

    private final MatchReader matchReader;
    private final ActionReader actions;
    private final ShiftReader shifts;
    private final CompareReader compares;

    /** What many routes say alike is kept once. */
    private final Map<String, String> names = new HashMap<>();

    private final Map<List<String>, List<String>> hosts = new HashMap<>();

    RouteReader(
            List<Problem> problems, Map<String, Declared> backends, Map<String, Declared> cohorts, boolean complete) {
        this.problems = problems;
        this.backends = backends;
        this.cohorts = cohorts;
        this.complete = complete;
        this.matchReader = new MatchReader(problems);
        this.actions = new ActionReader(problems);
        this.shifts = new ShiftReader(problems);
        this.compares = new CompareReader(problems);
    }

    /** The route; null when something is wrong with it, which has then been reported, here or by the schema. */
    @Nullable
    Route read(Declared at) {
        int before = problems.size();
        String candidate = reference(at, "candidate", backends);
        String cohort = reference(at, "cohort", cohorts);
        Declared to = candidate == null ? null : backends.get(candidate);
        if (to != null && to.fields().isTrue("baseline")) {
            at.add(
                    problems,
                    ProblemKind.BASELINE,
                    "candidate",
                    to.name() + ", the baseline itself",
                    "a backend that takes over");
        }
        List<Step> steps = shifts.steps(at);
        Stage stage = stage(at, !at.fields().list("steps").isEmpty());
        int weight = weight(at, stage, cohort);
        List<Match> matches = matchReader.read(at);
        Rewrite rewrite = actions.rewrite(at);
        Redirect redirect = actions.redirect(at);
        if (at.fields().get("candidate") == null && at.fields().get("redirect") == null && stage != Stage.RETIRED) {
            at.addMissing(problems, "candidate", "the backend that takes over");
        }
        Analysis analysis = shifts.analysis(at);
        Route.Builder route = Route.named(at.name())
                .hostnames(hostnames(at))
                .matches(matches)
                .candidate(candidate)
                .cohort(cohort)
                .weight(weight)
                .bodyBytesMax(actions.bodyBytesMax(at))
                .requestTimeout(actions.requestTimeout(at))
                .fallback(!Objects.equals(at.fields().text("fallback"), "none"))
                .rewrite(rewrite)
                .redirect(redirect)
                .retired(actions.retired(at))
                .schedule(actions.schedule(at))
                .filters(actions.filters(at))
                .mirror(shifts.mirror(at))
                .compare(compares.read(at))
                .analysis(analysis)
                .steps(steps)
                .pinned(steps.isEmpty() || at.fields().get("stage") != null)
                .priority(at.fields().number("priority", 0))
                .lintAllowed(actions.lintAllowed(at));
        requireForSteps(at, steps, cohort);
        boolean whole = matches.size() == at.fields().list("matches").size() && !matches.isEmpty();
        boolean target = candidate != null || redirect != null || stage == Stage.RETIRED;
        boolean moves = steps.size() == at.fields().list("steps").size() && (steps.isEmpty() || analysis != null);
        boolean sound = whole && moves && target && problems.size() == before && Names.isName(at.name());
        return sound && stage != null ? route.stage(stage).build() : null;
    }

    /** What a route needs to move by itself, and what it must not say beside. */
    private void requireForSteps(Declared at, List<Step> steps, @Nullable String cohort) {
        if (at.fields().get("steps") == null) {
            return;
        }
        for (String other : List.of("weight", "redirect", "schedule")) {
            if (at.fields().get(other) != null) {
                at.add(problems, ProblemKind.CONTRADICTION, other, other + " beside steps", "one of both");
            }
        }
        if (at.fields().get("analysis") == null) {
            at.addMissing(problems, "analysis", "on what evidence the route goes on");
        }
        boolean compares = at.fields().get("analysis") instanceof Yaml.Fields analysis
                && analysis.list("gates").stream()
                        .anyMatch(gate ->
                                gate instanceof Yaml.Fields one && Objects.equals(one.text("metric"), "mismatchRate"));
        boolean shadows = steps.stream().anyMatch(step -> step.stage() == Stage.SHADOW);
        if ((compares || shadows) && at.fields().get("mirror") == null) {
            at.addMissing(problems, "mirror", "what is compared, such as {percent: 20}");
        }
        if (cohort == null
                && at.fields().get("cohort") == null
                && steps.stream().anyMatch(Step::isSplit)) {
            at.addMissing(problems, "cohort", "how callers are told apart");
        }
    }

    private @Nullable String reference(Declared at, String key, Map<String, Declared> known) {
        String name = at.fields().text(key);
        if (complete && name != null && !known.containsKey(name)) {
            at.add(problems, ProblemKind.UNKNOWN_NAME, key, "\"" + name + "\"", Suggestion.among(name, known.keySet()));
        }
        return name == null ? null : names.computeIfAbsent(name, each -> each);
    }

    /** The stage a route is at; with steps it may be unsaid, and is off until they begin. */
    private @Nullable Stage stage(Declared at, boolean hasSteps) {
        if (hasSteps && at.fields().get("stage") == null) {
            return Stage.OFF;
        }
        Stage stage = stage(at.fields().text("stage"));
        if (hasSteps && stage != null && stage != Stage.OFF && stage != Stage.RETIRED) {
            String found = stage.name().toLowerCase(Locale.ROOT) + " beside steps";
            at.add(
                    problems,
                    ProblemKind.CONTRADICTION,
                    "stage",
                    found,
                    "none, or off or retired, which win over the steps");
        }
        if (at.fields().get("stage") == null) {
            at.addMissing(problems, "stage", "how far the route is, or steps");
        }
        return stage;
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
            at.add(
                    problems,
                    ProblemKind.CONTRADICTION,
                    "stage",
                    "live without a weight",
                    "weight: the candidate's share, such as 5%");
        }
        if (stage == Stage.LIVE
                && weight > 0
                && weight < Route.EVERYONE
                && at.fields().get("cohort") == null) {
            at.add(
                    problems,
                    ProblemKind.CONTRADICTION,
                    "weight",
                    "a split without a cohort",
                    "cohort: how callers are told apart");
        }
        return stage == Stage.LIVE && cohort == null && weight < Route.EVERYONE ? 0 : weight;
    }

    private List<String> hostnames(Declared at) {
        Set<String> hostnames = new HashSet<>();
        for (Yaml each : at.fields().list("hostnames")) {
            if (each instanceof Yaml.Scalar host && !hostnames.add(host.text())) {
                at.add(
                        problems,
                        ProblemKind.DUPLICATE,
                        "hostnames",
                        host.place(),
                        host.shown() + " again",
                        "each host once");
            }
        }
        return hostnames.isEmpty()
                ? List.of()
                : hosts.computeIfAbsent(hostnames.stream().sorted().toList(), List::copyOf);
    }
}
