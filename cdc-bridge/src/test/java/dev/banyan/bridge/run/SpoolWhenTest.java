package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When what the hub does not take goes to the disk. */
class SpoolWhenTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
            # millis waited, percent of the log used, due
            0,       0, false
            500,   100, false
            501,    59, false
            501,    60, true
            501,   100, true
            4999,    0, false
            5000,    0, true
            """)
    void afterItsTimeOrHalfASecondAfterALogThatIsScarce(long waitedMillis, int percentUsed, boolean isDue) {
        assertThat(new Delivery.SpoolWhen(Duration.ofSeconds(5), 60)
                        .isDue(Duration.ofMillis(waitedMillis), percentUsed))
                .isEqualTo(isDue);
    }
}
