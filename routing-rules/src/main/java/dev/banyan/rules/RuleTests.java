package dev.banyan.rules;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What came of rule tests.
 *
 * @param outcomes one for each test, in their order
 * @param routesMet how many routes won at least once
 * @param matchesMet how many matches won at least once
 * @param unmet the others, as {@code routes[orders].matches[1]}
 */
public record RuleTests(
        List<Outcome> outcomes, int routesMet, int routes, int matchesMet, int matches, List<String> unmet) {

    public RuleTests {
        outcomes = List.copyOf(outcomes);
        unmet = List.copyOf(unmet);
    }

    /**
     * One test.
     *
     * @param mismatches empty when it passed
     * @param asked the request as it was put, with the key of the bucket that is shown
     * @param explanation why it went where it went
     */
    public record Outcome(RuleTest test, List<Mismatch> mismatches, SampleRequest asked, Explanation explanation) {
        public Outcome {
            mismatches = List.copyOf(mismatches);
        }

        public boolean passed() {
            return mismatches.isEmpty();
        }
    }

    /** One expectation that does not hold. */
    public record Mismatch(String what, String found, String expected) {
        @Override
        public String toString() {
            return what + ": " + found + " (expected: " + expected + ")";
        }
    }

    /** The share of matches that a test meets, in whole percent, rounded down; 100 without any. */
    public int percent() {
        return matches == 0 ? 100 : matchesMet * 100 / matches;
    }

    /** Whether everything came out as expected. */
    public boolean passed() {
        return outcomes.stream().allMatch(Outcome::passed);
    }

    /** Runs tests against rules. */
    public static RuleTests run(RoutingTable table, List<RuleTest> tests) {
        List<Outcome> outcomes = new ArrayList<>();
        Set<String> routesMet = new LinkedHashSet<>();
        Set<String> matchesMet = new LinkedHashSet<>();
        for (RuleTest test : tests) {
            Outcome outcome = run(table, test);
            outcomes.add(outcome);
            outcome.explanation().candidates().stream()
                    .filter(each -> each.verdict() instanceof Explanation.Verdict.Wins)
                    .forEach(each -> {
                        routesMet.add(each.route().name());
                        matchesMet.add(name(each.route(), each.match()));
                    });
        }
        List<String> unmet = new ArrayList<>();
        int matches = 0;
        for (Route route : table.rules().routes()) {
            matches += route.matches().size();
            for (int i = 0; i < route.matches().size(); i++) {
                if (!matchesMet.contains(name(route, i))) {
                    unmet.add(name(route, i));
                }
            }
        }
        return new RuleTests(
                outcomes, routesMet.size(), table.rules().routes().size(), matchesMet.size(), matches, unmet);
    }

    private static String name(Route route, int match) {
        return "routes[" + route.name() + "].matches[" + match + "]";
    }

    /** A side depends on whether a bucket lies below the weight, so the ends of a range speak for all of it. */
    private static Outcome run(RoutingTable table, RuleTest test) {
        RuleTest.Buckets buckets = test.buckets();
        if (buckets == null) {
            return outcome(table, test, test.request());
        }
        Cohort cohort = cohort(table, test.request());
        if (cohort == null) {
            Explanation explanation = Explain.of(table, test.request().facts(table.rules()));
            var mismatch = new Mismatch("buckets", "a route without a cohort, or none", "a route with a cohort");
            return new Outcome(test, List.of(mismatch), test.request(), explanation);
        }
        Outcome first = outcome(table, test, inBucket(test.request(), cohort, buckets.first()));
        return first.passed() ? outcome(table, test, inBucket(test.request(), cohort, buckets.last())) : first;
    }

    private static Outcome outcome(RoutingTable table, RuleTest test, SampleRequest request) {
        RequestFacts facts = request.facts(table.rules());
        Explanation explanation = Explain.of(table, facts);
        Map<String, String> found = found(explanation.decision(), facts);
        String mirrored = explanation.mirrored();
        found.put("mirror", mirrored == null ? RuleTest.NONE : mirrored);
        List<Mismatch> mismatches = new ArrayList<>();
        test.expected().forEach((what, expected) -> {
            String actual = found.getOrDefault(what, RuleTest.NONE);
            if (!actual.equals(expected)) {
                mismatches.add(new Mismatch(what, actual, expected));
            }
        });
        return new Outcome(test, mismatches, request, explanation);
    }

    private static @Nullable Cohort cohort(RoutingTable table, SampleRequest request) {
        Explanation.CohortFinding finding =
                Explain.of(table, request.facts(table.rules())).cohort();
        return table.rules().cohorts().stream()
                .filter(each -> finding != null && each.name().equals(finding.cohort()))
                .findFirst()
                .orElse(null);
    }

    /** The same request from a caller of this bucket. */
    private static SampleRequest inBucket(SampleRequest request, Cohort cohort, int bucket) {
        String key = "caller-0";
        for (int i = 1; cohort.bucket(key) != bucket || cohort.assigned().containsKey(key); i++) {
            key = "caller-" + i;
        }
        Cohort.Key place = cohort.key().getFirst();
        List<String> headers = new ArrayList<>();
        if (place instanceof Cohort.Key.Header) {
            headers.add(place.name() + ": " + key);
            request.headers().stream()
                    .filter(each -> !each.toLowerCase(Locale.ROOT)
                            .startsWith(place.name().toLowerCase(Locale.ROOT) + ":"))
                    .forEach(headers::add);
        } else {
            headers.add("Cookie: " + place.name() + "=" + key);
            headers.addAll(request.headers());
        }
        return new SampleRequest(request.method(), request.url(), headers, request.from(), request.at());
    }

    private static Map<String, String> found(Decision decision, RequestFacts facts) {
        Map<String, String> found = new LinkedHashMap<>();
        switch (decision) {
            case Decision.Routed routed -> {
                found.put(
                        "route",
                        routed.route() == null ? RuleTest.NONE : routed.route().name());
                found.put("backend", routed.backend().name());
                found.put("side", side(routed.side()));
                Decision.Rewritten rewritten = routed.rewritten();
                String path = rewritten == null ? null : rewritten.rawPath();
                found.put("path", path == null ? facts.rawPath() : path);
            }
            case Decision.Redirected redirected -> {
                found.put("route", redirected.route().name());
                found.put("side", side(redirected.choice().side()));
                found.put("status", String.valueOf(redirected.status()));
                found.put("location", redirected.location());
            }
            case Decision.Gone gone -> {
                found.put("route", gone.route().name());
                found.put("status", "410");
            }
            case Decision.Refused refused -> found.put("status", String.valueOf(refused.status()));
        }
        return found;
    }

    private static String side(Side side) {
        return side.name().toLowerCase(Locale.ROOT);
    }
}
