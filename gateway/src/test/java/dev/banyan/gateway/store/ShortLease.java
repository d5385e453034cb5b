package dev.banyan.gateway.store;

import java.time.Duration;

/** Leaders that are given up after a second, so that tests wait less for the next one. */
public final class ShortLease {

    private ShortLease() {}

    public static Leadership of(ControlStore store) {
        return new Leadership(store, Duration.ofSeconds(1));
    }
}
