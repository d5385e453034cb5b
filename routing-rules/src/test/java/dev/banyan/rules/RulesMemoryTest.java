package dev.banyan.rules;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What lives on once rules have been read and compiled: the limit that {@code docs/reference/gateway.md} names. */
final class RulesMemoryTest {

    private static final int RULES = 10_000;
    private static final long BYTES_A_RULE = 1_024;

    @Test
    void aRuleWithItsPlaceInTheIndexAndWhatIsRememberedOfItsFileHoldsLessThanAKibibyte() throws Exception {
        read(100); // loads what is loaded once
        long before = used();
        Object[] kept = read(RULES);
        try {
            assertThat((used() - before) / RULES).as("bytes a rule").isBetween(100L, BYTES_A_RULE);
        } finally {
            Reference.reachabilityFence(kept);
        }
    }

    /** The table of so many rules, and what is known of their file. */
    private static Object[] read(int rules) throws RulesException {
        var known = new KnownFiles();
        Map<Path, byte[]> contents =
                Map.of(Path.of("rules.yaml"), RoutingCost.yaml(rules).getBytes(UTF_8));
        return new Object[] {RoutingTable.compile(known.read(contents, Map.of(), List.of())), known};
    }

    private static long used() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }
}
