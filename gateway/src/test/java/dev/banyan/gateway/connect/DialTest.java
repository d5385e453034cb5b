package dev.banyan.gateway.connect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.NameServer;
import dev.banyan.gateway.backend.BackendAddresses;
import dev.banyan.gateway.backend.BackendTls;
import dev.banyan.gateway.backend.Backends;
import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.rules.RuleSet;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.PromiseNotifier;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored") // a loop that is shut down reports to nobody
class DialTest {

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    @AfterEach
    void stop() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    /** A pause between asking for the addresses and trying the first. */
    @Test
    void aPauseOfOurOwnIsNotTheBackends() throws Exception {
        InetAddress home = InetAddress.getLoopbackAddress();
        try (var server = new ServerSocket(0, 50, home);
                var names = new NameServer(home);
                var addresses = new BackendAddresses(new InetSocketAddress(home, names.port()), _ -> false)) {
            RuleSet rules = RuleSet.passThrough(URI.create("http://shop.internal.test:" + server.getLocalPort()));
            var tls = BackendTls.trustingTheJdk(null);
            LiveBackend backend = Backends.none()
                    .with(rules, null, tls, addresses)
                    .all()
                    .iterator()
                    .next();
            Duration limit = backend.backend().timeouts().connect();
            Future<Channel> found = dialAndPause(backend, limit.plusMillis(300));
            assertThat(found.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(found.cause()).isNull();
            found.getNow().close();
        }
    }

    /** Asks for a connection on an event loop that then does nothing for longer than the limit. */
    private Future<Channel> dialAndPause(LiveBackend backend, Duration pause) {
        EventLoop loop = group.next();
        Promise<Channel> found = loop.newPromise();
        loop.execute(() -> {
            Dial.to(backend, backend.instances().getFirst(), loop, NioSocketChannel.class)
                    .addListener(new PromiseNotifier<>(found));
            LockSupport.parkNanos(pause.toNanos());
        });
        return found;
    }
}
