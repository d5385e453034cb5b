package dev.banyan.gateway.store;

import java.time.Instant;

/** Sets the time of a control store that nothing has opened, as if the store had said so. */
public final class StoreTime {

    private StoreTime() {}

    public static void set(ControlStore store, Instant time) {
        long now = System.nanoTime();
        store.clock().measured(time, now, now);
    }
}
