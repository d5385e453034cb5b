package dev.banyan.bridge.run;

import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.Fenced;
import dev.banyan.bridge.store.StoreFailed;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The lease on a store, once it is taken: kept by a thread of its own until somebody else has it or this is closed, which gives it up. */
public final class KeptLease implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KeptLease.class);

    private static final int RENEWALS_PER_LEASE = 3;

    private final BridgeStore store;
    private final Runnable renewed;
    private final Runnable lost;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean isLost;

    private KeptLease(BridgeStore store, Runnable renewed, Runnable lost) {
        this.store = store;
        this.renewed = renewed;
        this.lost = lost;
        this.thread = Thread.ofVirtual().name("banyan-lease").unstarted(this::keep);
    }

    /** Keeps the lease on {@code store}, and runs {@code renewed} each time it has, and {@code lost} when somebody else has taken it. */
    public static KeptLease of(BridgeStore store, Runnable renewed, Runnable lost) {
        var kept = new KeptLease(store, renewed, lost);
        kept.thread.start();
        return kept;
    }

    /** True when somebody else is known to have it; asks the store. */
    public boolean isLost() {
        if (isLost) {
            return true;
        }
        try {
            store.checkLease();
            return false;
        } catch (Fenced e) {
            return true;
        } catch (StoreFailed e) {
            return false;
        }
    }

    private void keep() {
        try {
            while (!ended.await(store.leaseLength().toNanos() / RENEWALS_PER_LEASE, TimeUnit.NANOSECONDS)) {
                try {
                    store.renewLease();
                    renewed.run();
                } catch (Fenced e) {
                    LOG.error("{}", e.getMessage());
                    isLost = true;
                    lost.run();
                    return;
                } catch (StoreFailed e) {
                    LOG.warn("{}", e.getMessage());
                } catch (RuntimeException | Error e) { // without this thread nobody would renew the lease any more
                    LOG.error("renewing the lease", e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does that
        }
    }

    /** Nobody is interrupted: H2 closes its file under a thread that is. */
    @Override
    public void close() {
        ended.countDown();
        var isInterrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        release(store);
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Gives the lease on {@code store} up. */
    static void release(BridgeStore store) {
        try {
            store.releaseLease();
        } catch (StoreFailed e) {
            LOG.warn("{}; a successor waits until it expires", e.getMessage());
        }
    }
}
