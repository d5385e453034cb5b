package dev.banyan.gateway.backend;

import dev.banyan.gateway.http.Origin;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.netty.http.client.HttpClient;

/** One server of a backend while the gateway runs. */
public final class Instance {

    private final Origin origin;
    private final HttpClient client;
    private final HttpClient unpooled;

    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile boolean well = true;
    private int streak;

    Instance(Origin origin, HttpClient pooled, HttpClient unpooled) {
        this.origin = origin;
        this.client = pooled.baseUrl(origin.toString());
        this.unpooled = unpooled.baseUrl(origin.toString());
    }

    public Origin origin() {
        return origin;
    }

    /** Returns the client for calls to it, which waits for a head as long as {@link ReplyWatch} is told to. */
    public HttpClient client() {
        return client;
    }

    /** Returns one that makes a connection for each request. */
    public HttpClient unpooled() {
        return unpooled;
    }

    /** Whether its health checks say that it can serve; true when there are none. */
    public boolean isWell() {
        return well;
    }

    public int inFlight() {
        return inFlight.get();
    }

    /** Begins a call; {@link #leave} must follow once. */
    public void enter() {
        inFlight.incrementAndGet();
    }

    public void leave() {
        inFlight.decrementAndGet();
    }

    /**
     * Takes in one answer to a health check; asked by one thread at a time. Returns whether it changed what {@link #isWell}
     * says.
     */
    boolean checked(boolean good, int unhealthyAfter, int healthyAfter) {
        streak = good == well ? 0 : streak + 1;
        if (streak < (well ? unhealthyAfter : healthyAfter)) {
            return false;
        }
        streak = 0;
        well = good;
        return true;
    }
}
