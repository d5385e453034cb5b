package dev.banyan.rules;

import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The compiled form of a {@link RuleSet}: decides what becomes of a request in a time that does not depend on the number
 * of rules. Immutable; a reload makes a new one and swaps the reference.
 */
public final class RoutingTable {

    /*
     * Servers read odd paths differently. A path that every server reads alike is looked up once. For any other, each
     * reading that some declared backend could have of it is looked up: if all lead to the same place, the request goes
     * there with its bytes as they came, so that an application that lives on odd paths goes on living; if not, a caller
     * could choose which side of a rule he lands on, and gets 400. Where routes that agree differ in their terms, such as the longest body, the
     * stricter ones hold: nobody chooses those either.
     */

    private static final int BAD_REQUEST = 400;

    private static final Decision.Choice NO_CHOICE =
            new Decision.Choice(Side.BASELINE, ChosenBy.NO_ROUTE, Cohort.LAST_BUCKET, null, false);

    private final RuleSet rules;
    private final Decision catchAll;

    /** What becomes of a path that can be read in too many ways to look them all up. */
    private final Decision unread;

    private final HostIndex index;
    /** The same matches with all letters small; null unless a backend ignores case. */
    private final @Nullable HostIndex smallIndex;

    /** Whether all servers that ignore case take the paths of all rules for the same texts, so that the small index is the one of all. */
    private final boolean lettersAgreed;

    /** The baseline's first: its first reading with a route says under which of several agreeing routes a request counts. */
    private final Set<PathModel> pathModels;

    private final Chance chance;

    private RoutingTable(
            RuleSet rules, Backend baseline, MatchGroups groups, @Nullable MatchGroups smallGroups, Chance chance) {
        Map<String, RoutePlan> planByRoute = RoutePlan.of(rules, baseline);
        this.rules = rules;
        this.catchAll = toBaseline(baseline, Decision.Terms.NONE);
        this.unread = unread(rules, baseline);
        this.index = new HostIndex(groups, planByRoute);
        this.smallIndex = smallGroups == null ? null : new HostIndex(smallGroups, planByRoute);
        this.lettersAgreed = smallIndex != null && lettersAgreed(rules);
        this.pathModels = new LinkedHashSet<>(List.of(baseline.pathModel()));
        rules.backends().forEach(each -> pathModels.add(each.pathModel()));
        this.chance = chance;
    }

    private static Decision toBaseline(Backend baseline, Decision.Terms terms) {
        return new Decision.Routed(null, null, -1, -1, baseline, NO_CHOICE, terms, null, null);
    }

    /** Where every route serves all callers from the baseline nobody chooses a side, and there is only the least body to be held to. */
    private static Decision unread(RuleSet rules, Backend baseline) {
        Long least = null;
        for (Route route : rules.routes()) {
            if (route.stage() != Stage.OFF && route.stage() != Stage.SHADOW) {
                return new Decision.Refused(BAD_REQUEST, "the path can be read in too many ways");
            }
            Long most = route.bodyBytesMax();
            least = most != null && (least == null || most < least) ? most : least;
        }
        return toBaseline(baseline, new Decision.Terms(false, null, List.of(), least));
    }

    private static boolean lettersAgreed(RuleSet rules) {
        return rules.routes().stream()
                .flatMap(each -> each.matches().stream())
                .allMatch(each -> Letters.isAgreed(each.path().value()));
    }

    /**
     * These rules with some routes where they have got to; see {@link RuleSet#at}.
     *
     * @param files the rules as they were written, which this table was compiled from with whatever standpoints
     */
    public RoutingTable at(RuleSet files, Map<String, Standpoint> standpoints) {
        try {
            return compile(files.at(standpoints), chance);
        } catch (RulesException e) {
            throw new IllegalStateException("rules that were compiled before, at other weights", e);
        }
    }

    /** Compiles rules, or says everything that keeps them from fitting together. */
    public static RoutingTable compile(RuleSet rules) throws RulesException {
        return compile(rules, Chance.RANDOM);
    }

    static RoutingTable compile(RuleSet rules, Chance chance) throws RulesException {
        var groups = new MatchGroups(rules.routes(), false);
        var smallGroups = ignoresCase(rules) ? new MatchGroups(rules.routes(), true) : null;
        if (!rules.isRead()) {
            List<Problem> problems = new ArrayList<>(dangling(rules));
            problems.addAll(problems(groups, smallGroups, rules.sources()));
            if (!problems.isEmpty()) {
                throw new RulesException(problems);
            }
        }
        Backend baseline =
                rules.backends().stream().filter(Backend::baseline).findFirst().orElseThrow();
        return new RoutingTable(rules, baseline, groups, smallGroups, chance);
    }

    /** The rules this was compiled from. */
    public RuleSet rules() {
        return rules;
    }

    /**
     * What becomes of a request. Never null, never throws, and the same for the same facts, but for the value of a new
     * cookie, and for which requests without a key are mirrored.
     */
    public Decision decide(RequestFacts facts) {
        String path = facts.rawPath();
        if (path.equals("*")) {
            return catchAll; // OPTIONS * is about the server, not about a path
        }
        RequestPath.Form form = RequestPath.form(path);
        if (form == RequestPath.Form.BROKEN) {
            return new Decision.Refused(
                    BAD_REQUEST, "the path has a blank or a control character, or no slash at its beginning");
        }
        if (rules.routes().isEmpty()) {
            return catchAll;
        }
        if (form == RequestPath.Form.ENCODED) {
            path = PathCodec.decodeNecessary(path);
            boolean sound = path.indexOf('%') < 0 && Normalizer.isNormalized(path, Normalizer.Form.NFKC);
            form = sound ? RequestPath.Form.PLAIN : RequestPath.Form.DOUBTFUL;
        }
        if (form != RequestPath.Form.PLAIN) {
            return decideReadings(facts, null);
        }
        return smallIndex == null ? decide(index.find(path, facts), facts) : decideReadings(facts, path);
    }

    HostIndex index() {
        return index;
    }

    /** Null unless a backend ignores case. */
    @Nullable
    HostIndex smallIndex() {
        return smallIndex;
    }

    Set<PathModel> pathModels() {
        return pathModels;
    }

    /**
     * What a path is looked up as in the index for backends of one model; null when that is too much.
     *
     * @param only the one reading of a path that every server reads alike; null for any other path
     */
    @Nullable
    Set<String> readings(RequestFacts facts, @Nullable String only, PathModel model) {
        boolean ignoresCase = smallIndex != null && model.ignoresCase();
        if (only != null) {
            return ignoresCase ? Letters.forms(only, lettersAgreed) : Set.of(only);
        }
        Set<String> readings = PathReadings.of(facts.rawPath(), model);
        if (readings == null || !ignoresCase) {
            return readings;
        }
        Set<String> forms = new LinkedHashSet<>();
        readings.forEach(each -> forms.addAll(Letters.forms(each, lettersAgreed)));
        return forms;
    }

    Decision decide(@Nullable MatchEntry match, RequestFacts facts) {
        return match == null ? catchAll : match.plan().decide(facts, match.index(), chance);
    }

    /** Looks up the only reading there is, or all that there could be. */
    @SuppressWarnings("ReferenceEquality") // an index has one entry a match
    private Decision decideReadings(RequestFacts facts, @Nullable String only) {
        Decision agreed = null;
        MatchEntry agreedMatch = null;
        for (PathModel model : pathModels) {
            Set<String> readings = readings(facts, only, model);
            if (readings == null) {
                return unread;
            }
            HostIndex of = smallIndex != null && model.ignoresCase() ? smallIndex : index;
            for (String reading : readings) {
                MatchEntry match = of.find(reading, facts);
                if (agreed == null) {
                    agreed = decide(match, facts);
                    agreedMatch = match;
                } else if (match != agreedMatch) {
                    Decision other = decide(match, facts);
                    if (!isSameOutcome(agreed, other)) {
                        return new Decision.Refused(
                                BAD_REQUEST, "servers could read the path differently, and a rule depends on it");
                    }
                    if (agreed instanceof Decision.Routed one && other instanceof Decision.Routed another) {
                        agreed = one.heldTo(another);
                    }
                }
            }
        }
        return agreed == null ? catchAll : agreed;
    }

    private static boolean isSameOutcome(Decision one, Decision other) {
        return switch (one) {
            case Decision.Routed a ->
                other instanceof Decision.Routed b
                        && a.backend().equals(b.backend())
                        && Objects.equals(a.rewritten(), b.rewritten())
                        && a.filters().equals(b.filters());
            case Decision.Redirected a ->
                other instanceof Decision.Redirected b
                        && a.status() == b.status()
                        && a.location().equals(b.location());
            case Decision.Gone a ->
                other instanceof Decision.Gone b
                        && a.route().retired().equals(b.route().retired());
            case Decision.Refused a -> other instanceof Decision.Refused b && a.status() == b.status();
        };
    }

    /** Ties between routes, and what is beyond a limit. */
    static List<Problem> problems(RuleSet rules) {
        var smallGroups = ignoresCase(rules) ? new MatchGroups(rules.routes(), true) : null;
        return problems(new MatchGroups(rules.routes(), false), smallGroups, rules.sources());
    }

    private static List<Problem> problems(
            MatchGroups groups, @Nullable MatchGroups smallGroups, Map<String, RouteSource> sources) {
        List<Problem> problems = groups.problems(sources);
        return problems.isEmpty() && smallGroups != null ? smallGroups.problems(sources) : problems;
    }

    /** What rules made by a program may lack; those of files were checked when they were read. */
    private static List<Problem> dangling(RuleSet rules) {
        List<Problem> problems = new ArrayList<>();
        long baselines = rules.backends().stream().filter(Backend::baseline).count();
        if (baselines != 1) {
            problems.add(problem(ProblemKind.BASELINE, "backends", baselines + " baselines", "exactly one"));
        }
        Set<String> backends =
                unique("backends", rules.backends().stream().map(Backend::name).toList(), problems);
        Set<String> cohorts =
                unique("cohorts", rules.cohorts().stream().map(Cohort::name).toList(), problems);
        unique("routes", rules.routes().stream().map(Route::name).toList(), problems);
        for (Route route : rules.routes()) {
            String where = "routes[" + route.name() + "]";
            if (route.candidate() != null && !backends.contains(route.candidate())) {
                String expected = Suggestion.among(route.candidate(), backends);
                problems.add(problem(ProblemKind.UNKNOWN_NAME, where + ".candidate", route.candidate(), expected));
            }
            if (route.cohort() != null && !cohorts.contains(route.cohort())) {
                String expected = Suggestion.among(route.cohort(), cohorts);
                problems.add(problem(ProblemKind.UNKNOWN_NAME, where + ".cohort", route.cohort(), expected));
            }
        }
        return problems;
    }

    private static Set<String> unique(String kind, List<String> names, List<Problem> problems) {
        Set<String> unique = new HashSet<>();
        for (String name : names) {
            if (!unique.add(name)) {
                problems.add(problem(
                        ProblemKind.DUPLICATE,
                        kind + "[" + name + "].name",
                        "a second \"" + name + "\"",
                        "another name"));
            }
        }
        return unique;
    }

    private static Problem problem(ProblemKind kind, String where, String found, String expected) {
        return new Problem(Path.of(""), 0, 0, where, found, expected, kind);
    }

    private static boolean ignoresCase(RuleSet rules) {
        return rules.backends().stream().anyMatch(each -> each.pathModel().ignoresCase());
    }
}
