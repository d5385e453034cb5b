package dev.banyan.gateway.backend;

import java.util.Set;

/** Which failed calls may be made once more. Only before anything of a reply was forwarded. */
public final class Fallback {

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

    private Fallback() {}

    /** Whether asking twice does no more than asking once: a safe method, and no body that is already half gone. */
    public static boolean isRepeatable(String method, boolean hasBody) {
        return SAFE.contains(method) && !hasBody;
    }

    /**
     * Whether the same backend may be asked again over a new connection: a pooled connection can be closed by its server in
     * the moment it is taken, which says nothing about the server.
     */
    public static boolean mayReconnect(Failure failure, boolean repeatable, boolean connectionWasUsed) {
        return failure == Failure.RESET && repeatable && connectionWasUsed;
    }
}
