package dev.banyan.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ClientWatchTest {

    private int reads;

    private final EmbeddedChannel client = new EmbeddedChannel();
    private final ClientWatch watch;

    ClientWatchTest() {
        var codec = new RequestCodec(new HttpDecoderConfig());
        var patience = new Patience(Duration.ofMillis(100), Duration.ofMinutes(1), Duration.ofMinutes(1), 0);
        watch = new ClientWatch(patience, codec, _ -> {}, new Entrance(client.eventLoop()).of(client));
        client.config().setAutoRead(false);
        client.pipeline()
                .addLast(new ChannelOutboundHandlerAdapter() {
                    @Override
                    public void read(ChannelHandlerContext context) {
                        reads++;
                    }
                })
                .addLast(watch, codec, watch.messages());
    }

    private void sends(String bytes) {
        client.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.ISO_8859_1));
    }

    /** Netty's decoder asks for more by itself when a read has brought no message. */
    @Test
    void whatIsWantedWhileItIsHeldBackIsReadOnceItIsNot() {
        watch.holdBack(true);
        for (int i = 0; i < 3; i++) {
            sends("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        }
        client.read();
        assertThat(reads).isZero();
        assertThat(client.inboundMessages()).isEmpty();

        watch.holdBack(false);
        assertThat(client.inboundMessages()).isEmpty(); // who makes room is not called back
        client.runPendingTasks();
        assertThat(client.inboundMessages()).hasSize(6); // three heads, three ends
        assertThat(reads).isEqualTo(1);
    }

    @Test
    void aHalfHeadThatWasHeldBackIsHeldToTheLimitOfHeads() {
        watch.holdBack(true);
        sends("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /half");
        watch.holdBack(false);
        client.runPendingTasks();
        client.writeOutbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK));
        long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (client.isOpen() && System.nanoTime() - until < 0) {
            client.runScheduledPendingTasks();
            Thread.onSpinWait();
        }
        assertThat(client.isOpen()).isFalse();
    }
}
