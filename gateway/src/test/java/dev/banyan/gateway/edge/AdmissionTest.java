package dev.banyan.gateway.edge;

import static dev.banyan.gateway.edge.Admission.CALM_NANOS;
import static dev.banyan.gateway.edge.Admission.KNOWN_NANOS;
import static dev.banyan.gateway.edge.Admission.LASTING_NANOS;
import static dev.banyan.gateway.edge.Admission.LONG_NANOS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.edge.Admission.Taken;
import org.junit.jupiter.api.Test;

class AdmissionTest {

    private static final long STEP = 100_000_000;
    private static final long LONG = LONG_NANOS + 1;

    private final Admission admission = new Admission();
    private long now = Long.MAX_VALUE - 2 * LASTING_NANOS; // the clock may pass its end

    /** What holds after so long in which all that is read has waited {@code waited}. */
    private Taken after(long nanos, long waited) {
        Taken taken = admission.at(now);
        for (long passed = 0; passed < nanos; passed += STEP) {
            now += STEP;
            taken = admission.heard(waited, now);
        }
        return taken;
    }

    @Test
    void onlyWaitsThatLastLetNewConnectionsWait() {
        assertThat(after(LASTING_NANOS, LONG)).isEqualTo(Taken.ALL);
        assertThat(after(STEP, LONG)).isEqualTo(Taken.NONE);
    }

    @Test
    void aPauseHoweverLongDoesNot() {
        now += 10 * LASTING_NANOS;
        assertThat(after(STEP, 10 * LASTING_NANOS)).isEqualTo(Taken.ALL);
        assertThat(after(10 * STEP, 0)).isEqualTo(Taken.ALL);
    }

    @Test
    void whatWasReadSoonBetweenBeginsItAnew() {
        after(LASTING_NANOS, LONG);
        after(STEP, LONG_NANOS);
        assertThat(after(LASTING_NANOS, LONG)).isEqualTo(Taken.ALL);
        assertThat(after(STEP, LONG)).isEqualTo(Taken.NONE);
    }

    @Test
    void onceItWasNoneItIsNoneAgainAtOnceUntilAllHasBeenCalm() {
        after(LASTING_NANOS + STEP, LONG);
        assertThat(after(STEP, 0)).isEqualTo(Taken.FEW);
        assertThat(after(STEP, LONG)).isEqualTo(Taken.NONE);
        assertThat(after(CALM_NANOS - STEP, 0)).isEqualTo(Taken.FEW);
        assertThat(after(STEP, 0)).isEqualTo(Taken.ALL);
        assertThat(after(STEP, LONG)).isEqualTo(Taken.ALL);
    }

    @Test
    void whereNobodySendsRequestsAnyMoreNewConnectionsAreTaken() {
        after(LASTING_NANOS + STEP, LONG);
        assertThat(admission.at(now + KNOWN_NANOS)).isEqualTo(Taken.NONE);
        assertThat(admission.at(now + KNOWN_NANOS + 1)).isEqualTo(Taken.FEW);
        assertThat(admission.at(now + KNOWN_NANOS + CALM_NANOS)).isEqualTo(Taken.ALL);
    }
}
