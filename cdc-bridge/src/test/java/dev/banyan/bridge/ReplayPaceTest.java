package dev.banyan.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReplayPaceTest {

    private static final int RATE = 100;
    private static final long SECOND = 1_000_000_000L;

    private final List<String> told = new ArrayList<>();
    private long now = 7 * SECOND;
    private ReplayPace pace;

    @BeforeEach
    void begin() {
        pace = new ReplayPace(RATE, () -> now, nanos -> now += Math.max(1, nanos / 2), told::add);
    }

    private void send(int from, int to) {
        for (var sent = from; sent <= to; sent++) {
            pace.await(sent);
        }
    }

    @Test
    void asManyGoInASecondAsTheRateSays() {
        var begun = now;
        send(1, 5 * RATE);

        assertThat(now - begun).isBetween(5 * SECOND, 5 * SECOND + 1_000);
        assertThat(told).containsExactly("201 events sent", "402 events sent");
    }

    @Test
    void whatAStallHasMissedDoesNotComeAtOnce() {
        send(1, RATE);
        now += 10 * SECOND;
        var begun = now;
        send(RATE + 1, 4 * RATE);

        assertThat(now - begun).isBetween(2 * SECOND - SECOND / RATE - 1_000, 2 * SECOND + 1_000);
    }
}
