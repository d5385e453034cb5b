package dev.banyan.gateway.backend;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import reactor.netty.internal.shaded.reactor.pool.PoolAcquirePendingLimitException;
import reactor.netty.internal.shaded.reactor.pool.PoolAcquireTimeoutException;

/** Why a backend gave no usable reply, and what the client is told when nobody else answers. */
public enum Failure {
    /** No connection: refused, unknown name, no TLS, or not within the connect timeout. */
    CONNECT(502),
    /** The backend's certificate is not believed: it has expired, say, or is of somebody else. */
    CERTIFICATE(502),
    /** The connection ended, or carried something that is not HTTP, before a whole reply head. */
    RESET(502),
    /** No reply head within the request timeout. */
    TIMEOUT(504),
    /** The circuit breaker lets no call through at the moment. */
    BREAKER_OPEN(503),
    /** None of the candidate's instances is well. */
    UNHEALTHY(503),
    /** As many calls are in flight as the backend may have. */
    BUSY(503),
    /** The backend itself answered 502. */
    STATUS_502(502),
    /** The backend itself answered 503. */
    STATUS_503(503),
    /** The backend itself answered 504. */
    STATUS_504(504);

    private final int status;

    Failure(int status) {
        this.status = status;
    }

    /** The status a client gets when the gateway has to answer for the backend. */
    public int status() {
        return status;
    }

    /** Whether the call says something about the backend's health; a call that was never made does not. */
    public boolean countsAgainstBackend() {
        return this != BREAKER_OPEN && this != UNHEALTHY && this != BUSY;
    }

    /** Whether another instance, or the same a moment later, may well do better. */
    boolean isRetryable() {
        return this == CONNECT || this == CERTIFICATE || this == RESET || this == STATUS_503;
    }

    /** Returns the failure a backend's own status stands for, or null when the reply is its answer. */
    public static @Nullable Failure ofStatus(int status) {
        return switch (status) {
            case 502 -> STATUS_502;
            case 503 -> STATUS_503;
            case 504 -> STATUS_504;
            default -> null;
        };
    }

    /** Returns the failure an error before there was a connection stands for. */
    public static Failure ofConnecting(Throwable error) {
        return Distrust.in(error) == null ? CONNECT : CERTIFICATE;
    }

    /** Returns the failure an error before a reply head stands for. */
    public static Failure of(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case BackendFailure known -> {
                    return known.failure();
                }
                case PoolAcquirePendingLimitException _, PoolAcquireTimeoutException _ -> {
                    return BUSY;
                }
                case ConnectException _, UnknownHostException _, NoRouteToHostException _, SSLException _ -> {
                    return ofConnecting(cause);
                }
                default -> {}
            }
        }
        return RESET;
    }
}
