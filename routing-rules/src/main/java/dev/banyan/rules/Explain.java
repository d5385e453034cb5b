package dev.banyan.rules;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Says why a request goes where it goes. Looks at every rule, so that the index need not carry what only this asks for. */
public final class Explain {

    private final RoutingTable table;
    private final RequestFacts facts;

    private Explain(RoutingTable table, RequestFacts facts) {
        this.table = table;
        this.facts = facts;
    }

    /** The decision about a request, and everything that led to it. */
    public static Explanation of(RoutingTable table, RequestFacts facts) {
        return new Explain(table, facts).explanation();
    }

    private Explanation explanation() {
        Decision decision = table.decide(facts);
        List<Explanation.Reading> readings = readings();
        if (readings.isEmpty()) {
            return new Explanation(decision, readings, List.of(), 0, null);
        }
        Explanation.Reading first = counted(readings, decision);
        List<Explanation.Candidate> candidates = candidates(first);
        int listed = Math.min(candidates.size(), Explanation.CANDIDATES_MAX);
        Route route = candidates.stream()
                .filter(each -> each.verdict() instanceof Explanation.Verdict.Wins)
                .map(Explanation.Candidate::route)
                .findFirst()
                .orElse(null);
        Explanation.CohortFinding cohort = route == null || route.cohort() == null ? null : cohort(route);
        return new Explanation(decision, readings, candidates.subList(0, listed), candidates.size() - listed, cohort);
    }

    /** The reading by whose route a request counts: the first that has one. */
    private static Explanation.Reading counted(List<Explanation.Reading> readings, Decision decision) {
        return readings.stream()
                .filter(each -> decision instanceof Decision.Routed && each.route() != null)
                .findFirst()
                .orElse(readings.getFirst());
    }

    /** Every reading that is looked up, in the order of {@link RoutingTable#decide}. */
    private List<Explanation.Reading> readings() {
        String path = facts.rawPath();
        RequestPath.Form form = path.equals("*") ? RequestPath.Form.BROKEN : RequestPath.form(path);
        if (form == RequestPath.Form.BROKEN) {
            return List.of();
        }
        String decoded = form == RequestPath.Form.ENCODED ? PathCodec.decodeNecessary(path) : path;
        boolean sound = decoded.indexOf('%') < 0 && Normalizer.isNormalized(decoded, Normalizer.Form.NFKC);
        boolean plain = form == RequestPath.Form.PLAIN || (form == RequestPath.Form.ENCODED && sound);
        List<Explanation.Reading> readings = new ArrayList<>();
        for (PathModel model : table.pathModels()) {
            Set<String> all = table.readings(facts, plain ? decoded : null, model);
            if (all == null) {
                return List.of();
            }
            boolean ignoresCase = table.smallIndex() != null && model.ignoresCase();
            for (String each : all) {
                Explanation.Reading reading = reading(each, ignoresCase);
                if (readings.stream().noneMatch(before -> isSamePlace(before, reading))) {
                    readings.add(reading);
                }
            }
        }
        return readings;
    }

    private static boolean isSamePlace(Explanation.Reading a, Explanation.Reading b) {
        return a.path().equals(b.path()) && a.ignoresCase() == b.ignoresCase();
    }

    private Explanation.Reading reading(String path, boolean ignoresCase) {
        HostIndex small = table.smallIndex();
        MatchEntry match = ignoresCase && small != null
                ? small.find(path, facts)
                : table.index().find(path, facts);
        Decision decision = table.decide(match, facts);
        return match == null
                ? new Explanation.Reading(path, ignoresCase, null, -1, decision)
                : new Explanation.Reading(
                        path, ignoresCase, match.plan().route().name(), match.index(), decision);
    }

    /** Every match whose path fits a reading: the winner, those that it outranks, and those with a condition that fails. */
    private List<Explanation.Candidate> candidates(Explanation.Reading reading) {
        List<Standing> fitting = new ArrayList<>();
        List<Explanation.Candidate> failing = new ArrayList<>();
        String host = HostIndex.normal(facts.host());
        for (Route route : table.rules().routes()) {
            for (int i = 0; i < route.matches().size(); i++) {
                if (!Standing.fits(route.matches().get(i).path(), reading.path(), reading.ignoresCase())) {
                    continue;
                }
                String ruleHost = bestHost(route, host);
                Explanation.Verdict.Fails fails = ruleHost == null
                        ? hostFails(route)
                        : firstFailing(route.matches().get(i));
                if (fails != null) {
                    failing.add(
                            new Explanation.Candidate(route, i, table.rules().placeOf(route, i), fails));
                } else if (ruleHost != null) {
                    fitting.add(new Standing(new RankedMatch(route, i), ruleHost));
                }
            }
        }
        fitting.sort(Standing.ORDER);
        List<Explanation.Candidate> candidates = new ArrayList<>();
        for (Standing each : fitting) {
            candidates.add(candidate(each, fitting.getFirst()));
        }
        candidates.addAll(failing);
        return candidates;
    }

    private Explanation.Candidate candidate(Standing each, Standing winner) {
        Explanation.Verdict verdict = new Explanation.Verdict.Wins();
        if (!each.equals(winner)) {
            Explanation.Step step = Standing.parting(winner, each);
            verdict = new Explanation.Verdict.Outranked(step, each.shown(step), winner.shown(step));
        }
        Route route = each.ranked().route();
        int match = each.ranked().index();
        return new Explanation.Candidate(route, match, table.rules().placeOf(route, match), verdict);
    }

    private static @Nullable String bestHost(Route route, String host) {
        if (route.hostnames().isEmpty()) {
            return "";
        }
        String best = null;
        for (String each : route.hostnames()) {
            boolean better = best == null
                    || (best.startsWith("*.") && !each.startsWith("*."))
                    || (best.startsWith("*.") == each.startsWith("*.") && each.length() > best.length());
            if (better && Standing.covers(each, host)) {
                best = each;
            }
        }
        return best;
    }

    private Explanation.Verdict.Fails hostFails(Route route) {
        return new Explanation.Verdict.Fails("host", shown(facts.host()), String.join(" or ", route.hostnames()));
    }

    private Explanation.Verdict.@Nullable Fails firstFailing(Match match) {
        if (match.method() != null && !match.method().equals(facts.method())) {
            return new Explanation.Verdict.Fails("method", facts.method(), match.method());
        }
        for (Match.Field field : match.headers()) {
            String found = MatchEntry.header(facts.headers(), field.name());
            if (!MatchEntry.Condition.of(field).holds(found)) {
                return fails("header", field, found);
            }
        }
        for (Match.Field field : match.queryParams()) {
            String found = MatchEntry.queryParam(facts.rawQuery(), field.name());
            if (!MatchEntry.Condition.of(field).holds(found)) {
                return fails("query parameter", field, found);
            }
        }
        for (Match.Field field : match.cookies()) {
            String found = Cookies.first(facts.headers(), field.name());
            if (!MatchEntry.Condition.of(field).holds(found)) {
                return fails("cookie", field, found);
            }
        }
        return null;
    }

    private static Explanation.Verdict.Fails fails(String kind, Match.Field field, @Nullable String found) {
        String expected =
                field instanceof Match.Field.Exact ? shown(field.value()) : "text that fits " + shown(field.value());
        return new Explanation.Verdict.Fails(
                kind + " " + field.name(), found == null ? "none" : shown(found), expected);
    }

    private static String shown(String text) {
        return "\"" + text + "\"";
    }

    private Explanation.@Nullable CohortFinding cohort(Route route) {
        Cohort cohort = table.rules().cohorts().stream()
                .filter(each -> each.name().equals(route.cohort()))
                .findFirst()
                .orElse(null);
        if (cohort == null) {
            return null;
        }
        Cohort.Key counted = null;
        String value = null;
        for (Cohort.Key key : cohort.key()) {
            String found = RoutePlan.value(key, facts);
            if (counted == null && found != null && !found.isEmpty()) {
                counted = key;
                value = found;
            }
        }
        int bucket = value == null ? Cohort.LAST_BUCKET : cohort.bucket(value);
        return new Explanation.CohortFinding(
                cohort.name(),
                counted == null ? null : shown(counted),
                value,
                bucket,
                route.weight(),
                override(cohort),
                facts.trusted(),
                value == null ? null : cohort.assigned().get(value));
    }

    private @Nullable String override(Cohort cohort) {
        for (Cohort.SideOverride each : cohort.overrides()) {
            if (each.value().equals(RoutePlan.value(each.where(), facts))) {
                return shown(each.where()) + ": " + each.value() + ", to the "
                        + each.to().name().toLowerCase(Locale.ROOT);
            }
        }
        return null;
    }

    private static String shown(Cohort.Key key) {
        return switch (key) {
            case Cohort.Key.Header(var name) -> "header " + name;
            case Cohort.Key.Cookie(var name) -> "cookie " + name;
            case Cohort.Key.GenerateCookie(var name) -> "generated cookie " + name;
        };
    }
}
