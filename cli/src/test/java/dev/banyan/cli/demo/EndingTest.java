package dev.banyan.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.cli.load.Tally;
import dev.banyan.cli.report.Step;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndingTest {

    /** The steps have seen nothing of it: it happened between two of them. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            # failed, cut, cut by the kill, moved back, held
            0,        0,   0,               0,          true
            0,        2,   2,               0,          true
            1,        0,   0,               0,          false
            0,        1,   0,               0,          false
            0,        0,   0,               1,          false
            """)
    void whatHappenedOutsideOfEveryStepBreaksTheRun(
            long failed, long cut, long cutByTheKill, long movedBack, boolean held) {
        var step = new Step("ending", "the ending");
        Ending.people(step, new Tally.Counts(100, failed, cut, Map.of(), Map.of()), movedBack, cutByTheKill);
        assertThat(step.end().held()).isEqualTo(held);
    }

    @ParameterizedTest
    @CsvSource({"0, 0, true", "1, 0, false", "0, 1, false"})
    void aStepThatKillsNobodyWhoServesSeesNoReplyCutOff(long failed, long cut, boolean held) {
        var step = new Step("all", "the catalogue serves everybody");
        Walk.people(step, Walk.ROUTE, new Tally.Counts(100, failed, cut, Map.of(), Map.of()));
        assertThat(step.end().held()).isEqualTo(held);
    }
}
