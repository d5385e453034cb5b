package dev.banyan.gateway.tunnel;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The WebSockets that are open, or asked for, so that a stop can end them in good order. */
public final class Tunnels {

    private final Set<BackendSide> open = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable Runnable> whenNone = new AtomicReference<>();
    private volatile boolean stopping;
    private volatile Duration drain = Duration.ZERO;

    void add(BackendSide tunnel) {
        open.add(tunnel);
        if (stopping) {
            tunnel.goAway(drain);
        }
    }

    void remove(BackendSide tunnel) {
        open.remove(tunnel);
        endWhenStopped();
    }

    /**
     * Tells each client with a close frame 1001 that this server goes away, and cuts those off that are still there after
     * {@code atMost}; {@code whenNone} runs when none is left.
     */
    public void stop(Duration atMost, Runnable whenNone) {
        drain = atMost;
        this.whenNone.set(whenNone);
        stopping = true;
        open.forEach(tunnel -> tunnel.goAway(atMost));
        endWhenStopped();
    }

    public int count() {
        return open.size();
    }

    private void endWhenStopped() {
        if (stopping && open.isEmpty()) {
            Runnable told = whenNone.getAndSet(null);
            if (told != null) {
                told.run();
            }
        }
    }
}
