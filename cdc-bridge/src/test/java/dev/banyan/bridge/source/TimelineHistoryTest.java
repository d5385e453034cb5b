package dev.banyan.bridge.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.hub.HubPosition;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Where earlier timelines ended decides what of a position is on the one that is read. */
class TimelineHistoryTest {

    private static HubPosition at(int timeline, long lsn) {
        return new HubPosition("store", "system", timeline, lsn);
    }

    @Test
    void theFileOfAServerThatWasPromotedTwiceIsRead() {
        assertThat(TimelineHistory.read("""
                1\t0/3000148\tno recovery target specified

                2\tA/FF0000A0\tbefore 2000-01-01 00:00:00+00
                """)).isEqualTo(Map.of(1, 0x3000148L, 2, 0xAFF0000A0L));
    }

    @Test
    void onlyWhatLiesBeforeTheEndOfItsTimelineIsOnTheNext() {
        var ends = Map.of(1, 100L);
        assertThat(at(1, 80).on(2, ends).covers(at(2, 80))).isTrue();
        assertThat(at(1, 80).on(2, ends).covers(at(2, 81))).isFalse();
        assertThat(at(1, 120).on(2, ends).covers(at(2, 100))).isTrue();
        assertThat(at(1, 120).on(2, ends).covers(at(2, 101)))
                .as("another transaction at a position that the lost log had, too")
                .isFalse();
        assertThat(at(3, 80).on(2, ends).covers(at(2, 1))).as("of no ancestor").isFalse();
    }
}
