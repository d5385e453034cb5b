package dev.banyan.gateway.connect;

import dev.banyan.gateway.backend.Deadline;
import dev.banyan.gateway.backend.Instance;
import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.gateway.edge.KeepAlive;
import dev.banyan.gateway.http.Origin;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One way to an instance of a backend, found within the backend's connect timeout: the addresses of its name one after another until one
 * takes a connection, then TLS. A pause of our own is not the backend's.
 */
@SuppressWarnings(
        "FutureReturnValueIgnored") // Netty: what comes of it is heard by a listener, or by the promise that was handed
// in
public final class Dial {

    /** What an address has at least, as long as there is so much: in less, one that is far away could not answer. */
    private static final long ADDRESS_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(250);

    private final LiveBackend backend;
    private final Origin origin;
    private final EventLoop loop;
    private final Class<? extends Channel> type;
    private final ChannelHandler[] handlers;
    private final Promise<Channel> found;
    private final Deadline patience;

    /** From when the addresses are known: a name has limits of its own. */
    private long deadline;

    private @Nullable Channel opening;
    private boolean tooSlow;

    private Dial(
            LiveBackend backend,
            Origin origin,
            EventLoop loop,
            Class<? extends Channel> type,
            ChannelHandler[] handlers) {
        this.backend = backend;
        this.origin = origin;
        this.loop = loop;
        this.type = type;
        this.handlers = handlers;
        this.found = loop.newPromise();
        found.addListener(_ -> {
            if (found.isCancelled() && opening != null) {
                opening.close();
            }
        });
        this.patience = new Deadline(loop, this::giveUp);
    }

    /**
     * Returns a connection to be, in which {@code handlers} follow TLS. They are used once, whichever address it is that answers. Whoever
     * no longer wants it cancels.
     */
    public static Future<Channel> to(
            LiveBackend backend,
            Instance instance,
            EventLoop loop,
            Class<? extends Channel> type,
            ChannelHandler... handlers) {
        var dial = new Dial(backend, instance.origin(), loop, type, handlers);
        dial.resolve();
        return dial.found;
    }

    private void resolve() {
        String host = origin.host().startsWith("[")
                ? origin.host().substring(1, origin.host().length() - 1)
                : origin.host();
        backend.addresses()
                .getResolver(loop)
                .resolveAll(InetSocketAddress.createUnresolved(host, origin.port()))
                .addListener((Future<List<InetSocketAddress>> resolved) -> {
                    if (resolved.isSuccess()) {
                        deadline = System.nanoTime()
                                + backend.backend().timeouts().connect().toNanos();
                        tryOneOf(resolved.getNow());
                    } else {
                        found.tryFailure(resolved.cause());
                    }
                });
    }

    private void tryOneOf(List<InetSocketAddress> addresses) {
        if (found.isDone()) {
            return; // nobody wants it any more
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
            found.tryFailure(new ConnectTimeoutException(origin.toString()));
            return;
        }
        long nanos = Math.max(left / addresses.size(), Math.min(left, ADDRESS_NANOS_MIN));
        ChannelFuture next = open(addresses.getFirst());
        opening = next.channel();
        tooSlow = false;
        patience.in(nanos);
        next.addListener((ChannelFuture opened) -> {
            patience.end();
            if (opened.isSuccess() && found.isDone()) {
                opened.channel().close();
            } else if (opened.isSuccess()) {
                opened.channel().pipeline().addLast(handlers);
                secure(opened.channel());
            } else if (addresses.size() > 1) {
                tryOneOf(addresses.subList(1, addresses.size()));
            } else {
                found.tryFailure(tooSlow ? new ConnectTimeoutException(origin.toString()) : opened.cause());
            }
        });
    }

    private void giveUp() {
        tooSlow = true;
        if (opening != null) {
            opening.close();
        }
    }

    private ChannelFuture open(InetSocketAddress address) {
        return new Bootstrap()
                .group(loop)
                .disableResolver()
                .channel(type)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0) // Netty's would count a pause of our own
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        KeepAlive.on(channel);
                        SslContext tls = backend.tls();
                        if (tls != null) {
                            channel.pipeline().addLast(tls.newHandler(channel.alloc(), origin.host(), origin.port()));
                        }
                    }
                })
                .connect(address);
    }

    private void secure(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            found.trySuccess(channel);
            return;
        }
        tls.setHandshakeTimeoutMillis(millis(deadline - System.nanoTime()));
        backend.distrust().listenTo(tls);
        tls.handshakeFuture().addListener(done -> {
            if (!done.isSuccess()) {
                channel.close();
                found.tryFailure(done.cause());
            } else if (!found.trySuccess(channel)) {
                channel.close();
            }
        });
    }

    /** At least one: none would be no limit. */
    private static int millis(long nanos) {
        return Math.toIntExact(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
    }
}
