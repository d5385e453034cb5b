package dev.banyan.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class ClientWatchTest {

    private int reads;
    private long since;

    private final EmbeddedChannel client = new EmbeddedChannel();
    private final ClientWatch watch;

    ClientWatchTest() {
        var codec = new RequestCodec(new HttpDecoderConfig());
        var patience = new Patience(Duration.ofMillis(100), Duration.ofMinutes(1), Duration.ofMinutes(1), 0);
        var inside = new Entrance(client.eventLoop()).new Inside() {
            @Override
            boolean hasLeft(Channel from, long lastReply, long now) {
                since = lastReply;
                return false;
            }
        };
        watch = new ClientWatch(patience, codec, _ -> {}, inside);
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
        runUntil(client, 10_000);
        assertThat(client.isOpen()).isFalse();
    }

    /** Until then nobody reads, and how long it lies there is the client's own doing. */
    @Test
    void aRequestHasWaitedAtMostSinceItsClientHasTakenTheReplyBeforeIt() {
        ChannelOutboundBuffer out = client.unsafe().outboundBuffer();
        out.setUserDefinedWritability(1, false);
        client.runPendingTasks();
        long before = System.nanoTime();
        out.setUserDefinedWritability(1, true);
        client.runPendingTasks();
        sends("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(since - before).isNotNegative();
    }

    @Test
    void whoStillTakesAReplyIsNotIdle() {
        var slow = new SlowChannel();
        var patience = new Patience(Duration.ofMinutes(1), Duration.ofMillis(100), Duration.ofMinutes(1), 0);
        var codec = new RequestCodec(new HttpDecoderConfig());
        slow.pipeline().addLast(new ClientWatch(patience, codec, _ -> {}, new Entrance(slow.eventLoop()).of(slow)));
        var sent = slow.writeOneOutbound(Unpooled.copiedBuffer("the end of a reply", StandardCharsets.US_ASCII));
        slow.flush();
        assertThat(sent.isDone()).isFalse();
        runUntil(slow, 250);
        assertThat(slow.isOpen()).isTrue();
        slow.finishAndReleaseAll();
    }

    /** Runs what is due for so long, or until it is closed. */
    private static void runUntil(EmbeddedChannel channel, int millis) {
        long until = System.nanoTime() + Duration.ofMillis(millis).toNanos();
        while (channel.isOpen() && System.nanoTime() - until < 0) {
            channel.runScheduledPendingTasks();
            LockSupport.parkNanos(1_000_000);
        }
    }
}
