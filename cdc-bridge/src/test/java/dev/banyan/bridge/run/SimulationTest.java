package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Histories with ten faults each, from seeds: crashes at any point, a hub and a store that fail or lie, paused processes, take-overs. */
class SimulationTest {

    /** Of each kind of fault so many a hundred histories took effect, at least. */
    private static final int FLOOR = 5;

    private static void run(long from, long count) {
        var met = LongStream.range(from, from + count)
                .parallel()
                .mapToObj(seed -> {
                    try {
                        return new Simulation(seed).run().met();
                    } catch (AssertionError | RuntimeException e) {
                        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
                    }
                })
                .flatMap(each -> each.entrySet().stream())
                .collect(Collectors.groupingBy(Map.Entry::getKey, Collectors.summingLong(Map.Entry::getValue)));
        System.out.println(count + " histories, faults that took effect: " + met);
        assertThat(SimulatedFault.values())
                .allSatisfy(fault ->
                        assertThat(met.getOrDefault(fault, 0L)).as("%s", fault).isGreaterThan(count * FLOOR / 100));
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
