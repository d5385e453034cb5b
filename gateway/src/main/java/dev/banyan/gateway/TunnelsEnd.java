package dev.banyan.gateway;

import dev.banyan.gateway.tunnel.Tunnels;
import java.time.Duration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;

/** Ends the open WebSockets in the phase in which the server waits for calls in flight. */
final class TunnelsEnd implements SmartLifecycle {

    private final Tunnels tunnels;
    private final Duration drain;
    private volatile boolean running;

    TunnelsEnd(Tunnels tunnels, Duration drain) {
        this.tunnels = tunnels;
        this.drain = drain;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop(Runnable done) {
        running = false;
        tunnels.stop(drain, done);
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
