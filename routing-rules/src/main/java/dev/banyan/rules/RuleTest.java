package dev.banyan.rules;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A request, and what the rules must make of it.
 *
 * @param name what the test is about; empty when it does not say
 * @param expected by {@code route}, {@code backend}, {@code side}, {@code status}, {@code location} and {@code path}
 * @param buckets which callers it holds for; null asks with the request as it stands
 */
public record RuleTest(
        SourcePlace place,
        String name,
        SampleRequest request,
        Map<String, String> expected,
        @Nullable Buckets buckets) {

    /** The word for no route and for no backend. */
    public static final String NONE = "none";

    public RuleTest {
        expected = Map.copyOf(new TreeMap<>(expected));
    }

    /** Buckets from {@code first} to {@code last}, both included. */
    public record Buckets(int first, int last) {
        public Buckets {
            if (first < 0 || last > Cohort.LAST_BUCKET || first > last) {
                throw new IllegalArgumentException(
                        "buckets: " + first + "-" + last + " (expected: within 0-" + Cohort.LAST_BUCKET + ")");
            }
        }
    }
}
