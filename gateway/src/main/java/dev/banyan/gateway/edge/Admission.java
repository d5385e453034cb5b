package dev.banyan.gateway.edge;

import java.util.concurrent.TimeUnit;

/**
 * How many new connections a port takes: by how long requests have waited until the event loop that takes connections read them. A pause of the
 * process, after which what came meanwhile has waited long, is no reason to take none.
 */
final class Admission {

    /** How many new connections are taken. */
    enum Taken {
        ALL,
        /** As many as come, but only a few may wait until they are taken: a moment ago it was none. */
        FEW,
        NONE
    }

    /** So long requests wait where more comes than is done; more than by a process that has used its share of a period of 100 ms. */
    static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** As long as a queue may last that ends by itself. */
    static final long LASTING_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** Where nothing has been read for so long, nothing waits. */
    static final long KNOWN_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** After so long in which nothing has waited long it is over. */
    static final long CALM_NANOS = TimeUnit.SECONDS.toNanos(5);

    private Taken taken = Taken.ALL;
    private boolean waits;
    private long waitsSince;
    private long heardAt;
    private long lastLong;

    /** What was read lately has waited so long; returns what holds from {@code now} on, of {@link System#nanoTime}. */
    Taken heard(long waitedNanos, long now) {
        boolean isLong = waitedNanos > LONG_NANOS;
        if (isLong && !waits) {
            waitsSince = now;
        }
        waits = isLong;
        heardAt = now;
        return at(now);
    }

    /** Returns what holds at {@code now} if nothing more is heard. */
    Taken at(long now) {
        boolean known = waits && now - heardAt <= KNOWN_NANOS;
        if (known && (taken != Taken.ALL || now - waitsSince >= LASTING_NANOS)) {
            lastLong = now;
            taken = Taken.NONE;
        } else if (taken != Taken.ALL) {
            taken = now - lastLong < CALM_NANOS ? Taken.FEW : Taken.ALL;
        }
        return taken;
    }
}
