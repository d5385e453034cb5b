package dev.banyan.gateway.shift;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that a test moves. */
final class ManualClock implements InstantSource {

    private volatile Instant now = Fixture.NOW;

    @Override
    public Instant instant() {
        return now;
    }

    void advance(Duration by) {
        now = now.plus(by);
    }
}
