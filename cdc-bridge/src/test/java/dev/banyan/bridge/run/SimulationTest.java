package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Histories with ten faults each, from seeds: crashes at any point, a hub and a store that fail or lie, paused processes, take-overs. */
class SimulationTest {

    private static void run(long from, long count) {
        var killed = LongStream.range(from, from + count)
                .parallel()
                .map(seed -> {
                    try {
                        return new Simulation(seed).run().faultsSeen;
                    } catch (AssertionError | RuntimeException e) {
                        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
                    }
                })
                .sum();
        assertThat(killed).as("processes were killed").isGreaterThan(count / 2);
    }

    @Test
    void nothingIsLostInventedOrReordered() {
        run(0, 20_000);
    }

    /** {@code -Dbanyan.simulation.seeds=1000000 -Dbanyan.simulation.from=N} */
    @Test
    @Tag("soak")
    void nothingIsLostInventedOrReorderedInManyMoreHistories() {
        var count = Long.getLong("banyan.simulation.seeds", 1_000_000);
        run(Long.getLong("banyan.simulation.from", 1_000_000), count);
        System.out.println(count + " histories, nothing lost, invented or reordered");
    }
}
