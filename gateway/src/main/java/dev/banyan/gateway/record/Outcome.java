package dev.banyan.gateway.record;

import dev.banyan.gateway.backend.Failure;
import dev.banyan.rules.Side;
import org.jspecify.annotations.Nullable;

/**
 * How one request ended.
 *
 * @param route {@link #NO_ROUTE} when none matched
 * @param backend who served, or was asked last
 * @param status what the client got; 0 when it left before there was anything to get
 * @param failure why the assigned backend gave no usable reply; null when it did
 * @param fellBack whether the baseline served instead
 * @param aborted whether the client left before the end
 * @param headNanos from the request's head to the reply's; 0 when there was none
 * @param answeredHere whether the gateway answered it itself, and asked nobody
 */
public record Outcome(
        String route,
        Side assigned,
        String backend,
        int status,
        @Nullable Failure failure,
        boolean fellBack,
        boolean aborted,
        long headNanos,
        boolean answeredHere) {

    /** The name under which requests are counted that no route matched. */
    public static final String NO_ROUTE = "-";

    /** Under whose name it is counted what the gateway answered itself; a backend may have it too. */
    private static final String GATEWAY = "gateway";

    static Outcome answered(String route, int status) {
        return new Outcome(route, Side.CANDIDATE, GATEWAY, status, null, false, false, 0, true);
    }

    /** Whether the assigned side failed this request, even if its caller never noticed. */
    public boolean isError() {
        return failure != null || status >= 500;
    }
}
