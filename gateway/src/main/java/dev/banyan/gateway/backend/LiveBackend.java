package dev.banyan.gateway.backend;

import dev.banyan.gateway.edge.ForgottenReset;
import dev.banyan.gateway.edge.KeepAlive;
import dev.banyan.gateway.http.Origin;
import dev.banyan.rules.Backend;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** A backend while the gateway runs. */
public final class LiveBackend {

    /*
     * A connection that lies idle for longer than its server allows is closed by the server, perhaps in the moment we send
     * on it. The shortest common default is 5 s (Apache httpd, Node.js), so ours go first.
     */
    public static final Duration IDLE_MAX = Duration.ofSeconds(4);

    /** A connection that waited shorter is not asked for its state: that is a system call, and under load there are only those. */
    public static final Duration UNSEEN = Duration.ofMillis(10);

    /** Pieces a reply is read in. A slow reader holds up to 160 of them, so they bound what it costs. */
    private static final int READ_BYTES = 16 * 1024;

    /** A connection is given up after this long, so that a name that has moved to other addresses is followed. */
    public static final Duration LIFE_MAX = Duration.ofSeconds(60);

    /** Copies that are under way to one backend at once, and connections they go over; those beyond are not sent. */
    private static final int COPIES_MAX = 1_000;

    private static final String EVENT_STREAM = "text/event-stream";

    /** As many retries as a quiet time may save up. */
    private static final int RETRIES_SAVED_MAX = 10;

    private final Backend backend;
    private final @Nullable String host;
    private final @Nullable SslContext tls;
    private final BackendAddresses addresses;
    private final ConnectionProvider pool;
    private final List<Instance> instances;
    private final @Nullable CircuitBreaker breaker;
    private final @Nullable WaitingLimit adaptiveLimit;
    private final @Nullable Budget retries;
    private final @Nullable Disposable healthChecks;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final Limit connections;
    private final Limit copies;
    private final Limit copyConnections;
    private final AtomicInteger turn = new AtomicInteger();
    private final Distrust distrust;

    /** When the breaker opened last: calls that were admitted before say nothing of what the backend is since. */
    private volatile long openedAt = System.nanoTime();

    private volatile boolean replaced;

    /** Makes the backend ready to be called; nothing connects yet, but for its health checks. */
    LiveBackend(Backend backend, @Nullable String host, @Nullable SslContext tls, BackendAddresses addresses) {
        this.addresses = addresses;
        this.distrust = new Distrust(backend.name());
        this.backend = backend;
        this.host = host;
        String name = certificateName();
        this.tls = tls == null || name == null ? tls : new NamedTls(tls, name);
        this.connections = new Limit(backend.maxConnections());
        this.pool = ConnectionProvider.builder(backend.name())
                .maxConnections(backend.maxConnections())
                .pendingAcquireMaxCount(1)
                .pendingAcquireTimeout(backend.timeouts().connect())
                // Instead of the library's own, which is only the first two.
                .evictionPredicate((connection, age) -> !connection.channel().isActive()
                        || !connection.isPersistent()
                        || age.idleTime() >= IDLE_MAX.toMillis()
                        || age.lifeTime() >= LIFE_MAX.toMillis()
                        || (age.idleTime() >= UNSEEN.toMillis() && ForgottenReset.isOf(connection.channel())))
                .evictInBackground(Duration.ofSeconds(10))
                .lifo()
                .build();
        HttpClient pooled = client(HttpClient.create(pool));
        HttpClient unpooled = client(HttpClient.newConnection());
        this.copies = new Limit(Math.min(COPIES_MAX, backend.maxConnections()));
        this.copyConnections = new Limit(Math.min(COPIES_MAX, backend.maxConnections()));
        this.instances = backend.urls().stream()
                .map(url -> new Instance(Origin.of(url), pooled, unpooled))
                .toList();
        this.breaker = backend.circuitBreaker() == null
                ? null
                : SteadyBreaker.of(
                        backend.name(),
                        backend.circuitBreaker(),
                        backend.timeouts().request());
        if (breaker != null) {
            breaker.getEventPublisher().onStateTransition(change -> {
                if (change.getStateTransition().getToState() == CircuitBreaker.State.OPEN) {
                    openedAt = System.nanoTime();
                }
            });
        }
        this.adaptiveLimit = backend.adaptiveLimit() == null
                ? null
                : new WaitingLimit(backend.adaptiveLimit(), backend.maxConnections(), System.nanoTime());
        this.retries = backend.retries() == null ? null : new Budget(RETRIES_SAVED_MAX);
        this.healthChecks = backend.health() == null
                ? null
                : HealthChecks.start(backend.name(), backend.health(), instances, unpooled, host);
    }

    private HttpClient client(HttpClient bare) {
        HttpClient plain = bare.resolver(addresses)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
                .followRedirect(false)
                // Its own retry asks again after a reset whatever the method: a write could happen twice.
                .disableRetry(true)
                .doOnChannelInit((observer, channel, name) -> {
                    KeepAlive.on(channel);
                    // One address of the name after another is tried.
                    Duration each = backend.timeouts().connect().dividedBy(addresses.count(name));
                    channel.config().setConnectTimeoutMillis(Math.toIntExact(Math.max(1, each.toMillis())));
                    SslHandler handshake = channel.pipeline().get(SslHandler.class);
                    if (handshake != null) {
                        distrust.listenTo(handshake);
                    }
                    ReplyCodec.putInto(channel.pipeline(), distrust);
                    OddTarget.addTo(channel.pipeline());
                    ReplyWatch.addTo(channel.pipeline());
                });
        SslContext context = tls;
        return context == null
                ? plain
                : plain.secure(spec -> spec.sslContext(context)
                        .handshakeTimeout(backend.timeouts().connect()));
    }

    /** The name its certificate must have when that is not the host it is called by; null when it is. */
    private @Nullable String certificateName() {
        if (backend.tls() != null && backend.tls().serverName() != null) {
            return backend.tls().serverName();
        }
        return host == null ? null : Origin.ofHost("https", host).host();
    }

    public Backend backend() {
        return backend;
    }

    public String name() {
        return backend.name();
    }

    /** The servers it consists of, at least one. */
    public List<Instance> instances() {
        return instances;
    }

    /**
     * Returns the instance whose turn it is, of two the one with less to do, leaving out those that are not well; null when a
     * candidate has none left. The baseline is asked even then: there is nobody else.
     *
     * @param except asked last and left out too, unless it is the only one; null leaves none out
     */
    public @Nullable Instance pick(@Nullable Instance except) {
        int count = instances.size();
        int start = count == 1 ? 0 : Math.floorMod(turn.getAndIncrement(), count);
        Instance first = null;
        Instance second = null;
        for (int i = 0; i < count && second == null; i++) {
            Instance each = instances.get((start + i) % count);
            boolean fit = each.isWell() && (each != except || count == 1);
            if (fit && first == null) {
                first = each;
            } else if (fit) {
                second = each;
            }
        }
        if (first == null) {
            Instance again = except != null && except.isWell() ? except : null;
            return again != null || !backend.baseline() ? again : instances.get(start);
        }
        return second != null && second.inFlight() < first.inFlight() ? second : first;
    }

    /** Whether a failed call may be made once more, within what the rules allow. Takes it out of the budget. */
    public boolean mayRetry(Failure failure, int retriesSoFar) {
        return retries != null
                && backend.retries() != null
                && failure.isRetryable()
                && retriesSoFar < backend.retries().attempts()
                && retries.take();
    }

    /** The {@code Host} this backend is given instead of the client's, or null when it gets the client's. */
    public @Nullable String host() {
        return host;
    }

    /** Returns how long it may be silent within a reply of that head, in nanoseconds; 0 is for as long as it likes. */
    public long silenceNanos(HttpHeaders reply) {
        Duration silence = backend.timeouts().silence();
        return silence == null || isEventStream(reply) ? 0 : silence.toNanos();
    }

    private static boolean isEventStream(HttpHeaders reply) {
        String type = reply.get(HttpHeaderNames.CONTENT_TYPE, "");
        return type.regionMatches(true, 0, EVENT_STREAM, 0, EVENT_STREAM.length());
    }

    /** Where its names are. */
    public BackendAddresses addresses() {
        return addresses;
    }

    /** Says what of it is not believed. */
    public Distrust distrust() {
        return distrust;
    }

    /** The TLS this backend is called with, which knows the name its certificate must have; null for plain HTTP. */
    public @Nullable SslContext tls() {
        return tls;
    }

    public int inFlight() {
        return inFlight.get();
    }

    /** The connections it may have outside of its pool here. */
    public Limit connections() {
        return connections;
    }

    /** Requests under way to it of which no caller hears. */
    public Limit copies() {
        return copies;
    }

    /** The connections these go over, so that they can never take one from a caller. */
    public Limit copyConnections() {
        return copyConnections;
    }

    /** Whether newer rules have replaced it: calls end in their time, and no connection waits for another. */
    public boolean isReplaced() {
        return replaced;
    }

    /** Returns {@code closed}, {@code open}, {@code half_open}, or {@code none} for a backend without a breaker. */
    public String breakerState() {
        return breaker == null ? "none" : breaker.getState().name().toLowerCase(java.util.Locale.ROOT);
    }

    /**
     * Asks for one more call. Null admits it, and then {@link #report} (or {@link #withdraw}) and {@link #leave} must follow
     * once each; else the reason why not. {@code tellsSpeed}: the time until its reply's head is the backend's own.
     */
    public @Nullable Failure enter(boolean tellsSpeed) {
        WaitingLimit adaptive = tellsSpeed ? adaptiveLimit : null;
        if (inFlight.incrementAndGet() > backend.maxConnections() || (adaptive != null && !adaptive.enter())) {
            leave();
            return Failure.BUSY;
        }
        if (breaker != null && !breaker.tryAcquirePermission()) {
            if (adaptive != null) {
                adaptive.leave();
            }
            leave();
            return Failure.BREAKER_OPEN;
        }
        if (retries != null && backend.retries() != null) {
            retries.request(backend.retries().budget());
        }
        return null;
    }

    /** The limit that adapts, or null. */
    public @Nullable WaitingLimit adaptiveLimit() {
        return adaptiveLimit;
    }

    /**
     * Tells the breaker, and the limit that adapts, how an admitted call came out; null is a reply.
     *
     * @param startNanos when the call began
     * @param nanos how long it took until this was known
     * @param tellsSpeed as it was admitted
     */
    public void report(@Nullable Failure failure, long startNanos, long nanos, boolean tellsSpeed) {
        if (adaptiveLimit != null && tellsSpeed) {
            adaptiveLimit.ended(failure, startNanos, nanos);
        }
        if (breaker == null || beganBeforeItOpened(startNanos)) {
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

    /** Ends an admitted call's wait for its reply: the client went away, for which the breaker blames nobody. */
    public void withdraw(long startNanos, long nanos, boolean tellsSpeed) {
        if (adaptiveLimit != null && tellsSpeed) {
            adaptiveLimit.left(startNanos, nanos);
        }
        if (breaker != null && !beganBeforeItOpened(startNanos)) {
            breaker.releasePermission();
        }
    }

    /* None is admitted while it is open: whoever was before has none of its trials, to give back or to decide. */
    private boolean beganBeforeItOpened(long startNanos) {
        return startNanos - openedAt < 0;
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
        if (healthChecks != null) {
            healthChecks.dispose();
        }
        if (inFlight.get() == 0) {
            pool.disposeLater().subscribe();
        }
    }
}
