package dev.banyan.rules;

import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds matches that no request can win with, or that a route could do without. */
public final class Reachability {

    /*
     * A match is covered by another when every request that fits it fits the other as well, and the other goes first. What
     * is said here is certain: hosts, paths and conditions are compared one by one, and where expressions would have to be
     * compared nothing is said. Two matches that cover a third only together are not looked for.
     *
     * What is broader goes later: a host that covers another, a path that covers another. So whatever goes first and covers
     * a match stands on the same host and has the same path. There are two exceptions: expressions go after everything, and a
     * template without variables after the exact path of the same text.
     */

    /**
     * A match that another covers.
     *
     * @param by the other's route, which may be the same one
     */
    public record Covered(Route route, int match, Route by, int byMatch) {}

    private final MatchGroups groups;

    private Reachability(RuleSet rules) {
        this.groups = new MatchGroups(rules.routes(), false);
    }

    /** Every match that can never win, once, with one that goes first instead. */
    public static List<Covered> covered(RuleSet rules) {
        var reachability = new Reachability(rules);
        List<Covered> covered = new ArrayList<>();
        for (Route route : rules.routes()) {
            for (int i = 0; i < route.matches().size(); i++) {
                RankedMatch by = reachability.coveringEveryHost(new RankedMatch(route, i));
                if (by != null) {
                    covered.add(new Covered(route, i, by.route(), by.index()));
                }
            }
        }
        return covered;
    }

    /** One that covers a match on its first host, when on every host there is one. */
    private @Nullable RankedMatch coveringEveryHost(RankedMatch covered) {
        RankedMatch first = null;
        for (String host : MatchGroups.hosts(covered.route())) {
            RankedMatch by = covering(covered, host);
            if (by == null) {
                return null;
            }
            first = first == null ? by : first;
        }
        return first;
    }

    private @Nullable RankedMatch covering(RankedMatch covered, String host) {
        Match.Path path = covered.match().path();
        RankedMatch elsewhere =
                switch (path.kind()) {
                    case EXACT, PATH_PREFIX -> null;
                    case PATH_TEMPLATE ->
                        path.value().indexOf('{') >= 0
                                ? null
                                : covering(groups.of(host, Match.Path.exact(path.value())), covered, host);
                    case REGULAR_EXPRESSION -> covering(groups.of(host, Match.Path.ANY), covered, host);
                };
        return elsewhere == null ? covering(groups.of(host, path), covered, host) : elsewhere;
    }

    private static @Nullable RankedMatch covering(List<RankedMatch> group, RankedMatch covered, String host) {
        for (RankedMatch each : group) {
            boolean samePath = each.match().path().kind() != Match.Path.Kind.REGULAR_EXPRESSION
                    || each.match().path().equals(covered.match().path());
            if (samePath
                    && !each.equals(covered)
                    && covers(each.match(), covered.match())
                    && Standing.ORDER.compare(new Standing(each, host), new Standing(covered, host)) < 0) {
                return each;
            }
        }
        return null;
    }

    /** Whether all that fits the method and fields of {@code other} fits those of {@code match}. */
    private static boolean covers(Match match, Match other) {
        return (match.method() == null || match.method().equals(other.method()))
                && implied(match.headers(), other.headers(), false)
                && implied(match.queryParams(), other.queryParams(), true)
                && implied(match.cookies(), other.cookies(), true);
    }

    private static boolean implied(List<Match.Field> fields, List<Match.Field> given, boolean caseMatters) {
        return fields.stream().allMatch(field -> given.stream()
                .anyMatch(each -> isSameName(each.name(), field.name(), caseMatters) && implies(each, field)));
    }

    private static boolean isSameName(String one, String other, boolean caseMatters) {
        return caseMatters ? one.equals(other) : one.toLowerCase(Locale.ROOT).equals(other.toLowerCase(Locale.ROOT));
    }

    private static boolean implies(Match.Field given, Match.Field field) {
        return switch (field) {
            case Match.Field.Exact exact ->
                given instanceof Match.Field.Exact && given.value().equals(exact.value());
            case Match.Field.RegularExpression regex ->
                given instanceof Match.Field.Exact
                        ? Pattern.matches(regex.value(), given.value())
                        : given.value().equals(regex.value());
        };
    }
}
