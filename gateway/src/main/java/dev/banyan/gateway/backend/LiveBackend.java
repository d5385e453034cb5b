package dev.banyan.gateway.backend;

import dev.banyan.gateway.http.Origin;
import dev.banyan.rules.Backend;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** A backend while the gateway runs. */
public final class LiveBackend {

    /*
     * A connection that lies idle for longer than its server allows is closed by the server, perhaps in the moment we send
     * on it. The shortest common default is 5 s (Apache httpd, Node.js), so ours go first.
     */
    private static final Duration IDLE_MAX = Duration.ofSeconds(4);

    /** Pieces a reply is read in. A slow reader holds up to 128 of them, so they bound what it costs. */
    private static final int READ_BYTES = 16 * 1024;

    private final Backend backend;
    private final Origin origin;
    private final @Nullable String host;
    private final @Nullable SslContext tls;
    private final ConnectionProvider pool;
    private final HttpClient client;
    private final @Nullable CircuitBreaker breaker;
    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile boolean replaced;

    /** Makes the backend ready to be called; nothing connects yet. */
    LiveBackend(Backend backend, @Nullable String host, @Nullable SslContext tls) {
        this.backend = backend;
        this.origin = Origin.of(backend.url());
        this.host = host;
        this.tls = tls;
        this.pool = ConnectionProvider.builder(backend.name())
                .maxConnections(backend.maxConnections())
                .pendingAcquireMaxCount(1)
                .pendingAcquireTimeout(backend.timeouts().connect())
                .maxIdleTime(IDLE_MAX)
                .evictInBackground(Duration.ofSeconds(10))
                .lifo()
                .build();
        this.client = client(tls);
        this.breaker = breaker(backend);
    }

    private HttpClient client(@Nullable SslContext tls) {
        HttpClient plain = HttpClient.create(pool)
                .baseUrl(origin.toString())
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(backend.timeouts().connect().toMillis()))
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
                .httpResponseDecoder(spec -> spec.maxInitialLineLength(8 * 1024)
                        .maxHeaderSize(64 * 1024)
                        .validateHeaders(true))
                .responseTimeout(backend.timeouts().request())
                .followRedirect(false)
                // Its own retry asks again after a reset whatever the method: a write could happen twice.
                .disableRetry(true)
                .doOnChannelInit((observer, channel, address) -> InterimReplies.dropFrom(channel.pipeline()));
        if (tls == null) {
            return plain;
        }
        return plain.secure(spec -> spec.sslContext(tls)
                .handshakeTimeout(backend.timeouts().connect())
                .serverNames(new javax.net.ssl.SNIHostName(
                        host == null
                                ? origin.host()
                                : Origin.ofHost("https", host).host())));
    }

    private static @Nullable CircuitBreaker breaker(Backend backend) {
        var settings = backend.circuitBreaker();
        if (settings == null) {
            return null;
        }
        return CircuitBreaker.of(
                backend.name(),
                CircuitBreakerConfig.custom()
                        .failureRateThreshold(settings.failureRate() / 100f)
                        .slidingWindowSize(settings.windowCalls())
                        .minimumNumberOfCalls(settings.minCalls())
                        .waitDurationInOpenState(settings.openFor())
                        .permittedNumberOfCallsInHalfOpenState(settings.trialCalls())
                        .build());
    }

    public Backend backend() {
        return backend;
    }

    public String name() {
        return backend.name();
    }

    public Origin origin() {
        return origin;
    }

    /** The {@code Host} this backend is given instead of the client's, or null when it gets the client's. */
    public @Nullable String host() {
        return host;
    }

    public HttpClient client() {
        return client;
    }

    /** The TLS this backend is called with, or null for plain HTTP. */
    public @Nullable SslContext tls() {
        return tls;
    }

    public int inFlight() {
        return inFlight.get();
    }

    /** Returns {@code closed}, {@code open}, {@code half_open}, or {@code none} for a backend without a breaker. */
    public String breakerState() {
        return breaker == null ? "none" : breaker.getState().name().toLowerCase(java.util.Locale.ROOT);
    }

    /**
     * Asks for one more call. Null admits it, and then {@link #report} (or {@link #withdraw}) and {@link #leave} must follow
     * once each; else the reason why not.
     */
    public @Nullable Failure enter() {
        if (inFlight.incrementAndGet() > backend.maxConnections()) {
            leave();
            return Failure.BUSY;
        }
        if (breaker != null && !breaker.tryAcquirePermission()) {
            leave();
            return Failure.BREAKER_OPEN;
        }
        return null;
    }

    /** Tells the breaker how an admitted call came out; null is a reply. */
    public void report(@Nullable Failure failure, long nanos) {
        if (breaker == null) {
            return;
        }
        if (failure == null) {
            breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
        } else if (failure.countsAgainstBackend()) {
            breaker.onError(nanos, TimeUnit.NANOSECONDS, new BackendFailure(failure));
        } else {
            breaker.releasePermission();
        }
    }

    /** Tells the breaker that an admitted call ended without saying anything: the client went away. */
    public void withdraw() {
        if (breaker != null) {
            breaker.releasePermission();
        }
    }

    /** Ends an admitted call, its reply streamed to the end or given up. */
    public void leave() {
        if (inFlight.decrementAndGet() == 0 && replaced) {
            pool.disposeLater().subscribe();
        }
    }

    /** Closes the pool once the last call has left; streams that run go on. */
    void replace() {
        replaced = true;
        if (inFlight.get() == 0) {
            pool.disposeLater().subscribe();
        }
    }
}
