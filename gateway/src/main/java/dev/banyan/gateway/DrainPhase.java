package dev.banyan.gateway;

import java.util.function.Consumer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;

/** Ends something of the data port when the server waits for calls in flight, or right before it closes its port. */
final class DrainPhase implements SmartLifecycle {

    private final int phase;
    private final Consumer<Runnable> end;
    private volatile boolean running;

    private DrainPhase(int phase, Consumer<Runnable> end) {
        this.phase = phase;
        this.end = end;
    }

    /** {@code end} begins the end and runs what it is given when that has come. */
    static DrainPhase of(Consumer<Runnable> end) {
        return new DrainPhase(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE, end);
    }

    /** As {@link #of}, while the port is still open. */
    static DrainPhase before(Consumer<Runnable> end) {
        return new DrainPhase(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE + 1, end); // the highest goes first
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop(Runnable done) {
        running = false;
        end.accept(done);
    }

    @Override
    public void stop() {
        stop(() -> {});
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return phase;
    }
}
