package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A database that is back is read again within 10 s: no pause is longer than 5 s. {@link BridgeFaults} and {@link NothingLostTest} see that there are no more attempts than that makes. */
class RestartPauseTest {

    /**
     * Attempts after the database takes connections: one may have begun before that without hope, and the next one is on time. Under load an
     * engine may be started anew for its silence, too, which takes 15 s each time; without pauses there would be many in a second.
     */
    static final int ATTEMPTS_MAX = 10;

    @Test
    void pausesGrowToFiveSecondsAndBeginAnewAfterARunThatLasted() {
        var soon = Duration.ofSeconds(30);
        var pauses = Stream.iterate(RestartPause.NONE.next(soon), pause -> pause.next(soon))
                .limit(6)
                .map(pause -> pause.length().toSeconds());
        assertThat(pauses).isEqualTo(List.of(1L, 2L, 4L, 5L, 5L, 5L));
        assertThat(new RestartPause(Duration.ofSeconds(5)).next(Duration.ofSeconds(31)))
                .isEqualTo(RestartPause.NONE.next(soon));
    }
}
