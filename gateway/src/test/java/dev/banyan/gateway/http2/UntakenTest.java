package dev.banyan.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.edge.Pace;
import dev.banyan.gateway.edge.Patience;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored") // a channel of a test
class UntakenTest {

    private static final long STALL = TimeUnit.MINUTES.toNanos(1);
    private static final Patience PATIENCE =
            new Patience(Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofMinutes(1), 240);

    private final AtomicInteger reads = new AtomicInteger();
    private final Untaken untaken = new Untaken(new Pace(PATIENCE));
    private final EmbeddedChannel channel = new EmbeddedChannel(
            new ChannelOutboundHandlerAdapter() {
                @Override
                public void read(ChannelHandlerContext context) {
                    reads.incrementAndGet();
                    context.read();
                }
            },
            untaken);

    @Test
    void nothingIsReadWhileTooMuchWaitsWhoeverAsksForIt() {
        channel.writeOneOutbound(Unpooled.wrappedBuffer(new byte[Http2Limits.UNTAKEN_BYTES_MAX / 2]));
        channel.pipeline().fireChannelReadComplete();
        assertThat(channel.config().isAutoRead()).as("while bodies wait").isTrue();
        channel.writeOneOutbound(Unpooled.wrappedBuffer(new byte[Http2Limits.UNTAKEN_BYTES_MAX / 2]));
        channel.pipeline().fireChannelReadComplete();
        assertThat(channel.config().isAutoRead()).isFalse();
        reads.set(0);
        channel.read();
        assertThat(reads).hasValue(0);
        channel.flushOutbound();
        assertThat(channel.config().isAutoRead()).as("once it is taken").isTrue();
        assertThat(reads).hasPositiveValue();
        channel.finishAndReleaseAll();
    }

    @Test
    void aClientIsStuckThatTakesNothingForAsLongAsTheLimit() {
        long start = System.nanoTime();
        assertThat(untaken.isStuck(channel, start)).as("nothing waits").isFalse();
        channel.unsafe()
                .outboundBuffer()
                .addMessage(Unpooled.buffer().writeZero(100_000), 100_000, channel.newPromise());
        channel.unsafe().outboundBuffer().addFlush();
        assertThat(untaken.isStuck(channel, start + STALL)).as("since now").isFalse();
        assertThat(untaken.isStuck(channel, start + 2 * STALL - 1)).isFalse();
        assertThat(untaken.isStuck(channel, start + 2 * STALL)).isTrue();
        channel.finishAndReleaseAll();
    }
}
