package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.lake.Lake;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data that is too large for the hub goes to the lake; of an event that surely fits the hub is not asked. */
class ClaimCheckTest {

    private static final long HUB_BYTES_MAX = 100_000;

    @TempDir
    Path folder;

    private final List<DomainEvent> asked = new ArrayList<>();
    private final List<DomainEvent> taken = new ArrayList<>();

    private final Hub hub = new Hub() {
        @Override
        public Optional<HubPosition> open() {
            return Optional.empty();
        }

        @Override
        public void publish(List<DomainEvent> events, HubPosition position) {
            taken.addAll(events);
        }

        @Override
        public long eventBytesMax() {
            return HUB_BYTES_MAX;
        }

        @Override
        public long bytes(DomainEvent event) {
            asked.add(event);
            return event.data().length() + 3L * event.subject().length();
        }

        @Override
        public void close() {}
    };

    private static DomainEvent event(String id, int subjectLength, int dataLength) {
        return new DomainEvent(
                id,
                "t.v1",
                "t",
                "x".repeat(subjectLength),
                Instant.EPOCH,
                "1",
                "tx",
                false,
                List.of(),
                null,
                Cause.UNKNOWN,
                "x".repeat(dataLength));
    }

    /** A bucket may take a second for each. */
    @Test
    void aStopEndsTheKeepingOfManyLargeOnesAndNothingIsSent() {
        var large = Collections.nCopies(400, event("large", 10, 110_000));
        var place = new Lake.Settings(folder, "/test", 1 << 20, Duration.ofHours(1));
        var claimed = new AtomicInteger();
        var check = new AtomicReference<Hub>();
        try (var lake = Lake.open(place, InstantSource.system())) {
            check.set(new ClaimCheck(hub, lake, _ -> {
                if (claimed.incrementAndGet() == 2) {
                    check.get().abort();
                }
            }));
            assertThatThrownBy(() -> check.get().publish(large, new HubPosition("store", "system", 1, 1)))
                    .isInstanceOf(HubUnavailable.class)
                    .hasMessageContaining("stopped while large data was kept");
        }
        assertThat(claimed).hasValue(2);
        assertThat(taken).isEmpty();
    }

    @Test
    void onlyOfALargeOneTheHubIsAskedHowLargeItIs() throws Exception {
        var small = event("small", 10, 10_000);
        var close = event("close", 10, 90_000);
        var large = event("large", 10, 110_000);
        var ofALongKey = event("key", 20_000, 60_000);
        var place = new Lake.Settings(folder, "/test", 1 << 20, Duration.ofHours(1));
        try (var lake = Lake.open(place, InstantSource.system())) {
            new ClaimCheck(hub, lake)
                    .publish(List.of(small, close, large, ofALongKey), new HubPosition("store", "system", 1, 1));
        }
        assertThat(asked).extracting(DomainEvent::id).containsExactly("close", "large", "key");
        assertThat(taken).extracting(DomainEvent::id).containsExactly("small", "close", "large", "key");
        assertThat(taken).extracting(event -> event.data().length()).containsExactly(10_000, 90_000, 0, 0);
        assertThat(taken.getLast().dataref()).isNotNull();
    }
}
