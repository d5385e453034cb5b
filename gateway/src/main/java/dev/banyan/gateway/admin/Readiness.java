package dev.banyan.gateway.admin;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Map;

/** Whether new requests should come to this gateway: from when it takes them until it is told to stop, which is before it stops taking them. */
public final class Readiness {

    private static final int UNAVAILABLE = 503;

    /** Seconds that whoever asks lets the source of rules be silent for. */
    private static final String SILENCE = "rulesUnconfirmed";

    private volatile String state = "starting";

    /** Requests are taken. */
    public void begin() {
        state = "ready";
    }

    /** Requests are still taken, and soon will not be. */
    public void end() {
        state = "stopping";
    }

    /**
     * Answers who asks by {@code uri}.
     *
     * @param unconfirmedSeconds for how long the source of rules has not said what its newest are
     */
    Reply answer(String uri, double unconfirmedSeconds) {
        String now = state;
        boolean outdated = unconfirmedSeconds > allowedSeconds(uri);
        if (now.equals("ready") && outdated) {
            now = "stale";
        }
        return Reply.json(now.equals("ready") ? 200 : UNAVAILABLE, Map.of("status", now));
    }

    private static double allowedSeconds(String uri) {
        List<String> said = new QueryStringDecoder(uri).parameters().getOrDefault(SILENCE, List.of());
        if (said.isEmpty()) {
            return Double.POSITIVE_INFINITY;
        }
        String seconds = said.getFirst();
        if (said.size() > 1 || !seconds.matches("[0-9]{1,6}")) {
            throw new IllegalArgumentException(SILENCE + ": " + String.join(", ", said) + " (expected: whole seconds)");
        }
        return Integer.parseInt(seconds);
    }
}
