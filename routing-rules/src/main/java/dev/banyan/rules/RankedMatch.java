package dev.banyan.rules;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** One entry of a route's {@code matches}: it is ranked by itself, whatever stands beside it. */
record RankedMatch(Route route, int index) {

    /** Gateway API's order among matches of one host and one path, and then ours: priority. */
    static final Comparator<RankedMatch> ORDER = Comparator.comparing(
                    (RankedMatch each) -> each.match().method() == null)
            .thenComparingInt(each -> -each.match().headers().size())
            .thenComparingInt(each -> -each.match().queryParams().size())
            .thenComparingInt(each -> -each.match().cookies().size())
            .thenComparingInt(each -> -each.route().priority());

    /** Ends every order, so that equal rules always compile alike. It decides nothing: ties were refused. */
    static final Comparator<RankedMatch> STABLE =
            ORDER.thenComparing(each -> each.route().name()).thenComparingInt(RankedMatch::index);

    Match match() {
        return route.matches().get(index);
    }

    /** Whether a request could fit both, with nothing to say which goes first. */
    boolean tiesWith(RankedMatch other) {
        return !route.name().equals(other.route.name())
                && ORDER.compare(this, other) == 0
                && Objects.equals(match().method(), other.match().method())
                && canAgree(match().headers(), other.match().headers(), false)
                && canAgree(match().queryParams(), other.match().queryParams(), true)
                && canAgree(match().cookies(), other.match().cookies(), true);
    }

    /** False when both ask one field for different texts. What two expressions have in common is not looked into. */
    private static boolean canAgree(List<Match.Field> some, List<Match.Field> others, boolean caseMatters) {
        for (Match.Field a : some) {
            for (Match.Field b : others) {
                boolean sameName = key(a, caseMatters).equals(key(b, caseMatters));
                boolean texts = a instanceof Match.Field.Exact && b instanceof Match.Field.Exact;
                if (sameName && texts && !a.value().equals(b.value())) {
                    return false;
                }
            }
        }
        return true;
    }

    private static String key(Match.Field field, boolean caseMatters) {
        return caseMatters ? field.name() : field.name().toLowerCase(Locale.ROOT);
    }
}
