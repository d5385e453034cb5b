package dev.banyan.gateway;

import java.util.function.Consumer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;

/** Ends something of the data port in the phase in which the server waits for calls in flight. */
final class DrainPhase implements SmartLifecycle {

    private final Consumer<Runnable> end;
    private volatile boolean running;

    /** {@code end} begins the end and runs what it is given when that has come. */
    DrainPhase(Consumer<Runnable> end) {
        this.end = end;
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
        return WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE;
    }
}
