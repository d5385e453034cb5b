package dev.banyan.gateway.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.gateway.backend.BackendAddresses;
import dev.banyan.gateway.backend.BackendTls;
import dev.banyan.gateway.backend.Backends;
import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.backend.Instance;
import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.rules.RuleSet;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackendConnectionTest {

    private static final Asker NOBODY = new Asker() {
        @Override
        public void connected(BackendConnection ready) {}

        @Override
        public void broke(BackendConnection from, Failure why) {}

        @Override
        public void replyHead(BackendConnection from, HttpResponse reply) {}

        @Override
        public void replyPiece(BackendConnection from, HttpContent piece) {
            piece.release();
        }
    };

    /** As after a reply to an upload of which the backend reads no more. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void waitsForAnotherCallOnlyIfAllOfTheRequestHasLeft(boolean sent) throws Exception {
        try (var addresses = new BackendAddresses(null, _ -> false)) {
            LiveBackend backend = backend(addresses);
            Instance instance = backend.instances().getFirst();
            var channel = new EmbeddedChannel();
            var pool = new Pool(new Pools(LiveBackend::connections), channel.eventLoop(), EmbeddedChannel.class);
            var connection = new BackendConnection(pool, backend, instance, NOBODY);
            channel.pipeline().addLast(connection);
            connection.connected(channel);
            connection.write(Unpooled.copiedBuffer("the rest of an upload", StandardCharsets.US_ASCII));
            if (sent) {
                connection.flush();
            }
            connection.leave(true);
            channel.pipeline().fireChannelReadComplete();
            assertThat(channel.isOpen()).isEqualTo(sent);
            if (sent) {
                assertThat(pool.take(backend, instance, false, NOBODY)).isSameAs(connection);
            }
            channel.finishAndReleaseAll();
        }
    }

    /** The call would wait for ever. */
    @Test
    void whoCannotUseItHearsOfIt() throws Exception {
        try (var addresses = new BackendAddresses(null, _ -> false)) {
            LiveBackend backend = backend(addresses);
            List<Failure> heard = new ArrayList<>();
            var channel = new EmbeddedChannel();
            var pool = new Pool(new Pools(LiveBackend::connections), channel.eventLoop(), EmbeddedChannel.class);
            var connection =
                    new BackendConnection(pool, backend, backend.instances().getFirst(), new Asker() {
                        @Override
                        public void connected(BackendConnection ready) {
                            throw new OutOfMemoryError("in a test");
                        }

                        @Override
                        public void broke(BackendConnection from, Failure why) {
                            heard.add(why);
                        }

                        @Override
                        public void replyHead(BackendConnection from, HttpResponse reply) {}

                        @Override
                        public void replyPiece(BackendConnection from, HttpContent piece) {
                            piece.release();
                        }
                    });
            channel.pipeline().addLast(connection);
            assertThatThrownBy(() -> connection.connected(channel)).isInstanceOf(OutOfMemoryError.class);
            assertThat(heard).containsExactly(Failure.RESET);
            channel.finishAndReleaseAll();
        }
    }

    /** Over TLS one that is closed has its end later. */
    @Test
    void eachCallThatNeedsRoomHasAnotherConnectionClosed() throws Exception {
        try (var addresses = new BackendAddresses(null, _ -> false)) {
            LiveBackend backend = backend(addresses);
            List<Channel> closed = new ArrayList<>();
            List<Channel> open = new ArrayList<>();
            var loop = new EmbeddedChannel().eventLoop();
            var pool = new Pool(new Pools(LiveBackend::connections), loop, EmbeddedChannel.class);
            for (int i = 0; i < 2; i++) {
                var channel = new EmbeddedChannel(new ChannelOutboundHandlerAdapter() {
                    @Override
                    public void close(ChannelHandlerContext context, ChannelPromise promise) {
                        closed.add(context.channel());
                    }
                });
                open.add(channel);
                var connection =
                        new BackendConnection(pool, backend, backend.instances().getFirst(), NOBODY);
                connection.connected(channel);
                pool.put(connection);
            }
            pool.closeOne(backend);
            pool.closeOne(backend);
            pool.closeOne(backend);
            assertThat(closed).isEqualTo(open); // the oldest first
        }
    }

    private static LiveBackend backend(BackendAddresses addresses) throws Exception {
        var tls = BackendTls.trustingTheJdk(null);
        RuleSet rules = RuleSet.passThrough(URI.create("http://127.0.0.1:1"));
        return Backends.none()
                .with(rules, null, tls, addresses)
                .all()
                .iterator()
                .next();
    }
}
