package dev.banyan.loyalty.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import org.junit.jupiter.api.Test;

class RecentIdsTest {

    @Test
    void aLongIdIsKnownButNotKept() {
        var recent = new RecentIds();
        var kept = add(recent);

        for (var tries = 0; tries < 100 && kept.get() != null; tries++) {
            System.gc();
        }

        assertThat(kept.get()).isNull();
        assertThat(recent.contains(longId())).isTrue();
        assertThat(recent.contains("x")).isFalse();
    }

    private static WeakReference<String> add(RecentIds recent) {
        var id = longId();
        recent.add(id);
        return new WeakReference<>(id);
    }

    private static String longId() {
        return "x".repeat(900_000);
    }
}
