package dev.banyan.gateway.call;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryTest {

    /** In sixtieths, which all limits are whole numbers of. */
    @ParameterizedTest
    @CsvSource({
        "40, false, false, false",
        "41, true, false, false",
        "50, true, false, false",
        "51, true, true, false",
        "57, true, true, false",
        "58, true, true, true",
        "60, true, true, true",
    })
    void firstBodiesAreTurnedAwayThenWhatOfThemWouldWaitThenAll(
            int sixtieths, boolean bodies, boolean waiting, boolean all) {
        long max = 60 << 20;
        long used = (long) sixtieths << 20;
        assertThat(Memory.isShort(true, used, max)).isEqualTo(bodies);
        assertThat(Memory.isFull(used, max)).isEqualTo(waiting);
        assertThat(Memory.isShort(false, used, max)).isEqualTo(all);
    }
}
