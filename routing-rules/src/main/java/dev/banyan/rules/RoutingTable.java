package dev.banyan.rules;

import java.util.ArrayList;
import java.util.List;

/** The compiled form of a {@link RuleSet}: decides. */
public final class RoutingTable {

    private final RuleSet rules;
    private final Backend baseline;

    private RoutingTable(RuleSet rules, Backend baseline) {
        this.rules = rules;
        this.baseline = baseline;
    }

    /** Compiles rules, or says everything that keeps them from fitting together. */
    public static RoutingTable compile(RuleSet rules) throws RulesException {
        List<Problem> problems = new ArrayList<>();
        List<Backend> baselines =
                rules.backends().stream().filter(Backend::baseline).toList();
        if (baselines.size() != 1) {
            problems.add(new Problem(
                    java.nio.file.Path.of(""), 0, 0, "backends", baselines.size() + " baselines", "exactly one"));
            throw new RulesException(problems);
        }
        return new RoutingTable(rules, baselines.getFirst());
    }

    /** The rules this was compiled from. */
    public RuleSet rules() {
        return rules;
    }

    /** What becomes of a request. Never null, never throws, and the same for the same facts. */
    public Decision decide(RequestFacts facts) {
        for (Route route : rules.routes()) {
            for (Match match : route.matches()) {
                if (match.method() != null && !match.method().equals(facts.method())) {
                    continue;
                }
                boolean fits =
                        switch (match.path()) {
                            case Match.Path.Exact(var value) -> facts.rawPath().equals(value);
                            case Match.Path.PathPrefix(var value) ->
                                facts.rawPath().equals(value)
                                        || facts.rawPath().startsWith(value.endsWith("/") ? value : value + "/");
                            case Match.Path.PathTemplate _, Match.Path.RegularExpression _ -> false;
                        };
                if (fits) {
                    return decide(route, facts);
                }
            }
        }
        return new Decision.Routed(null, baseline, Side.BASELINE, Cohort.LAST_BUCKET, null, false);
    }

    private Decision decide(Route route, RequestFacts facts) {
        Backend candidate = rules.backend(route.candidate()).orElseThrow();
        int bucket = Cohort.LAST_BUCKET;
        for (Cohort cohort : rules.cohorts()) {
            for (Cohort.Key key : cohort.name().equals(route.cohort()) ? cohort.key() : List.<Cohort.Key>of()) {
                String value = key instanceof Cohort.Key.Header(var name)
                        ? facts.headers().first(name)
                        : null;
                bucket = value == null ? bucket : cohort.bucket(value);
            }
        }
        return switch (route.stage()) {
            case OFF, SHADOW -> new Decision.Routed(route, baseline, Side.BASELINE, bucket, null, false);
            case LIVE ->
                bucket < route.weight()
                        ? new Decision.Routed(route, candidate, Side.CANDIDATE, bucket, null, route.isSplit())
                        : new Decision.Routed(route, baseline, Side.BASELINE, bucket, null, route.isSplit());
            case COMPLETE -> new Decision.Routed(route, candidate, Side.CANDIDATE, bucket, null, false);
            case RETIRED -> new Decision.Refused(410, "route " + route.name() + " is retired");
        };
    }
}
