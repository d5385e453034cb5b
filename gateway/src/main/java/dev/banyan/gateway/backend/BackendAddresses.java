package dev.banyan.gateway.backend;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.resolver.AbstractAddressResolver;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the names of backends are: asked of DNS without blocking, and remembered for when DNS does not answer. Whoever connects to a
 * backend asks here, so that no name leads where none may.
 */
public final class BackendAddresses extends AddressResolverGroup<InetSocketAddress> {

    /*
     * An answer counts for as long as DNS says, a second at least and thirty at most. While connections are opened, an answer that has
     * run out is used once more and renewed beside it, so that no request waits for DNS. After a quiet time the answer may be long
     * out of date: then DNS is asked first, and what was known serves if it says nothing within a second, and at once while it fails.
     */
    private static final Logger LOG = LoggerFactory.getLogger(BackendAddresses.class);

    /** Of a name with more addresses, what one connection tries: they share its time. */
    static final int TRIED_MAX = 16;

    static final Duration TTL_MAX = Duration.ofSeconds(30);
    private static final Duration RENEW = Duration.ofSeconds(1);
    private static final Duration TRUSTED = Duration.ofSeconds(10);
    /** For how long DNS is asked before what was known of a name serves. */
    public static final Duration WAIT = Duration.ofSeconds(1);

    private static final Duration QUERY = Duration.ofSeconds(2);

    /** One thread of its own: it need not be of the kind that the system's native event loops are. */
    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("dns", true), NioIoHandler.newFactory());

    private final AddressResolverGroup<InetSocketAddress> dns;
    private final Predicate<InetSocketAddress> forbidden;
    private final ConcurrentHashMap<InetSocketAddress, Known> knownByName = new ConcurrentHashMap<>();

    /** The last good answer for one name. */
    private static final class Known {
        final AtomicBoolean asking = new AtomicBoolean();
        final AtomicInteger turn = new AtomicInteger();
        volatile List<InetSocketAddress> addresses = List.of();
        volatile long asOf;
        volatile boolean failing;

        List<InetSocketAddress> inTurn() {
            return BackendAddresses.inTurn(addresses, turn.getAndIncrement());
        }

        boolean isYoungerThan(Duration age) {
            return !addresses.isEmpty() && System.nanoTime() - asOf < age.toNanos();
        }
    }

    /**
     * Nothing is known yet.
     *
     * @param nameServer null asks those of the system
     * @param forbidden addresses that are never an answer
     */
    public BackendAddresses(@Nullable InetSocketAddress nameServer, Predicate<InetSocketAddress> forbidden) {
        this.forbidden = forbidden;
        var builder = new DnsNameResolverBuilder()
                .eventLoop(loops.next())
                .datagramChannelType(NioDatagramChannel.class)
                .socketChannelType(NioSocketChannel.class)
                .ttl(0, Math.toIntExact(TTL_MAX.toSeconds()))
                .negativeTtl(0)
                .queryTimeoutMillis(QUERY.toMillis());
        if (nameServer != null) {
            builder.nameServerProvider(new SingletonDnsServerAddressStreamProvider(nameServer));
        }
        this.dns = new DnsAddressResolverGroup(builder);
    }

    /** Returns how many addresses one connection tries of those a name had when it was last looked up; 1 when it never was. */
    int count(@Nullable SocketAddress name) {
        Known known = name instanceof InetSocketAddress inet ? knownByName.get(inet) : null;
        return known == null ? 1 : Math.clamp(known.addresses.size(), 1, TRIED_MAX);
    }

    /** Returns those of {@code all} that one connection may try; each {@code turn}, of whatever sign, begins with another one. */
    static <A> List<A> inTurn(List<A> all, int turn) {
        return IntStream.range(0, Math.min(all.size(), TRIED_MAX))
                .mapToObj(each -> all.get((Math.floorMod(turn, all.size()) + each) % all.size()))
                .toList();
    }

    private static String said(List<InetSocketAddress> addresses) {
        int more = addresses.size() - TRIED_MAX;
        return more <= 0 ? addresses.toString() : addresses.subList(0, TRIED_MAX) + " and " + more + " more";
    }

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
        return new Resolver(executor, dns.getResolver(executor));
    }

    @Override
    public void close() {
        super.close();
        dns.close();
        var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    /** Answers on one event loop, from what all of them know. */
    private final class Resolver extends AbstractAddressResolver<InetSocketAddress> {

        private final AddressResolver<InetSocketAddress> asked;

        Resolver(EventExecutor executor, AddressResolver<InetSocketAddress> asked) {
            super(executor, InetSocketAddress.class);
            this.asked = asked;
        }

        /** An address that a URL names itself is looked at as those are to which a name leads. */
        @Override
        protected boolean doIsResolved(InetSocketAddress address) {
            return !address.isUnresolved() && !forbidden.test(address);
        }

        @Override
        protected void doResolve(InetSocketAddress name, Promise<InetSocketAddress> promise) {
            Promise<List<InetSocketAddress>> all = executor().newPromise();
            doResolveAll(name, all);
            all.addListener((Future<List<InetSocketAddress>> done) -> {
                if (done.isSuccess()) {
                    promise.trySuccess(done.getNow().getFirst());
                } else {
                    promise.tryFailure(done.cause());
                }
            });
        }

        @Override
        protected void doResolveAll(InetSocketAddress name, Promise<List<InetSocketAddress>> promise) {
            Known known = knownByName.computeIfAbsent(name, _ -> new Known());
            if (known.isYoungerThan(RENEW)) {
                promise.trySuccess(known.inTurn());
            } else if (known.isYoungerThan(TRUSTED) || (known.failing && !known.addresses.isEmpty())) {
                promise.trySuccess(known.inTurn());
                if (known.asking.compareAndSet(false, true)) {
                    ask(name, known).addListener(_ -> known.asking.set(false));
                }
            } else {
                askFirst(name, known, promise);
            }
        }

        private void askFirst(InetSocketAddress name, Known known, Promise<List<InetSocketAddress>> promise) {
            var answer = ask(name, known);
            var patience = known.addresses.isEmpty()
                    ? null
                    : executor()
                            .schedule(() -> promise.trySuccess(known.inTurn()), WAIT.toMillis(), TimeUnit.MILLISECONDS);
            answer.addListener((Future<List<InetSocketAddress>> done) -> {
                if (patience != null) {
                    patience.cancel(false);
                }
                if (!known.addresses.isEmpty()) {
                    promise.trySuccess(known.inTurn());
                } else {
                    promise.tryFailure(done.cause());
                }
            });
        }

        private Future<List<InetSocketAddress>> ask(InetSocketAddress name, Known known) {
            Promise<List<InetSocketAddress>> answer = executor().newPromise();
            asked.resolveAll(name).addListener((Future<List<InetSocketAddress>> done) -> {
                if (!done.isSuccess()) {
                    answer.tryFailure(done.cause());
                    return;
                }
                List<InetSocketAddress> allowed =
                        done.getNow().stream().filter(forbidden.negate()).toList();
                if (allowed.isEmpty()) {
                    answer.tryFailure(new UnknownHostException(name.getHostString() + " leads where no rule may"));
                } else {
                    answer.trySuccess(allowed);
                }
            });
            return answer.addListener((Future<List<InetSocketAddress>> done) -> {
                if (done.isSuccess()) {
                    List<InetSocketAddress> now = done.getNow();
                    if (!known.addresses.isEmpty()
                            && !Set.copyOf(known.addresses).equals(Set.copyOf(now))) {
                        LOG.info("{} is at {} now, not at {}", name.getHostString(), said(now), said(known.addresses));
                    }
                    known.addresses = now;
                    known.asOf = System.nanoTime();
                    known.failing = false;
                } else if (!known.failing) {
                    known.failing = true;
                    LOG.warn(
                            "no address for {}: {}; last known: {}",
                            name.getHostString(),
                            done.cause().getMessage(),
                            said(known.addresses));
                }
            });
        }
    }
}
