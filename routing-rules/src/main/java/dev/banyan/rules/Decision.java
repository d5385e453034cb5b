package dev.banyan.rules;

import org.jspecify.annotations.Nullable;

/** What becomes of a request. */
public sealed interface Decision {

    /**
     * It goes to {@code backend}.
     *
     * @param route null when no route matches, and the baseline serves it
     * @param side what the caller is assigned to; statistics go by this, whoever serves in the end
     * @param bucket the caller's place, 9999 without a key or when nothing asked for it
     * @param issue sent with the reply when not null
     * @param split other callers get another backend for the same URL, so that no shared cache may keep the reply
     */
    record Routed(
            @Nullable Route route,
            Backend backend,
            Side side,
            int bucket,
            @Nullable NewCookie issue,
            boolean split) implements Decision {

        /** Whether the baseline may serve this request, should the backend fail it before a reply began. */
        public boolean mayFallBack() {
            return side == Side.CANDIDATE && route != null && route.fallback() && route.stage() == Stage.LIVE;
        }
    }

    /**
     * It goes nowhere.
     *
     * @param status 400 for a path that is broken or that two backends could read differently, 410 for a retired route
     * @param reason for the log, in plain words; holds nothing of the request
     */
    record Refused(int status, String reason) implements Decision {}
}
