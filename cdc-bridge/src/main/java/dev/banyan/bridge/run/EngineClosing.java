package dev.banyan.bridge.run;

import dev.banyan.bridge.engine.EngineSockets;
import dev.banyan.bridge.hub.Hub;
import io.debezium.engine.DebeziumEngine;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes one engine within a time, whatever it waits for. {@code ended} opens when the engine has come to its end. */
record EngineClosing(DebeziumEngine<?> engine, String engineName, Delivery delivery, Hub hub, CountDownLatch ended) {

    private static final Logger LOG = LoggerFactory.getLogger(EngineClosing.class);

    private static final Duration CLOSE_MAX = Duration.ofSeconds(45);

    /** How long closing may take before the engine's connections are cut. What it would still have told the database is told again. */
    private static final Duration CLOSE_GRACE = Duration.ofSeconds(5);

    private static final long TICK_MS = 100;

    /** Closes it, and the delivery with it; false when that took too long. */
    boolean close() throws InterruptedException {
        var closed = new CountDownLatch(1);
        try {
            return close(closed);
        } finally {
            closed.countDown();
        }
    }

    private boolean close(CountDownLatch closed) throws InterruptedException {
        var closing = Thread.ofVirtual().name("banyan-engine-close").start(this::askToClose);
        Thread.ofVirtual().name("banyan-engine-cut").start(() -> cutAfterGrace(closed));
        var until = System.nanoTime() + CLOSE_MAX.toNanos();
        closing.join(CLOSE_MAX);
        while (!ended.await(TICK_MS, TimeUnit.MILLISECONDS) || delivery.isBusy()) {
            if (System.nanoTime() > until) {
                delivery.close();
                return false;
            }
        }
        delivery.close();
        while (delivery.isAlive()) {
            if (System.nanoTime() > until) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(TICK_MS / 10);
        }
        return true;
    }

    /** Until it ends: it refuses while it starts. */
    private void askToClose() {
        try {
            do {
                try {
                    engine.close();
                } catch (IOException | IllegalStateException e) {
                    LOG.debug("closing the engine", e);
                }
            } while (!ended.await(TICK_MS, TimeUnit.MILLISECONDS) && !delivery.isRetired());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * What it may wait for is made to fail: a call of the hub, and then its own connections. The engine may have ended long ago, while the
     * delivery is at what was spooled.
     */
    private void cutAfterGrace(CountDownLatch closed) {
        try {
            if (!closed.await(BridgeRun.HUB_GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                hub.abort();
            }
            if (!ended.await(CLOSE_GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                EngineSockets.close(engineName);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
