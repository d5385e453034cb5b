package dev.banyan.gateway.admin;

import java.util.Map;

/** Whether new requests should come to this gateway: from when it takes them until it is told to stop, which is before it stops taking them. */
public final class Readiness {

    private static final int UNAVAILABLE = 503;

    private volatile String state = "starting";

    /** Requests are taken. */
    public void begin() {
        state = "ready";
    }

    /** Requests are still taken, and soon will not be. */
    public void end() {
        state = "stopping";
    }

    Reply answer() {
        String now = state;
        return Reply.json(now.equals("ready") ? 200 : UNAVAILABLE, Map.of("status", now));
    }
}
