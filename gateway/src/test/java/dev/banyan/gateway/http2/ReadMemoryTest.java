package dev.banyan.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.ScarceMemory;
import dev.banyan.gateway.edge.Patience;
import dev.banyan.gateway.http.TrustedPeers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.Http2CodecUtil;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The memory that one HTTP/2 connection of a client takes for what is read of it. */
@SuppressWarnings("FutureReturnValueIgnored") // an embedded channel does all at once
class ReadMemoryTest {

    private static final int READ_BYTES = 64 * 1024;
    private static final int READS = 16;

    private static final int UNKNOWN_FRAME = 0xfe;
    private static final int FRAME_BYTES = 16_000;

    @SuppressWarnings("NullAway") // there are no requests that the lean path would serve
    private static EmbeddedChannel connection() {
        var channel = new EmbeddedChannel();
        var second = Duration.ofSeconds(10);
        var front = new Http2Front(
                new Http2Limits(100, 32_768, 8_192),
                new Patience(second, second, second, 0),
                second,
                null,
                _ -> {},
                TrustedPeers.of(List.of()),
                _ -> {});
        front.take(channel.pipeline());
        return channel;
    }

    /** A greeting and frames, that many bytes and no more. */
    private static ByteBuf sent(int bytes) {
        ByteBuf all = Unpooled.buffer(bytes + FRAME_BYTES + 100);
        all.writeBytes(Http2CodecUtil.connectionPrefaceBuf());
        all.writeBytes(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0});
        while (all.readableBytes() < bytes) {
            all.writeMedium(FRAME_BYTES).writeByte(UNKNOWN_FRAME).writeByte(0).writeInt(0);
            all.writeZero(FRAME_BYTES);
        }
        return all.writerIndex(bytes);
    }

    /** As a busy machine reads: much at once, and the last frame of each read goes on in the next. */
    @Test
    void readsThatEndWithinAFrameDoNotGatherInOneBuffer() {
        var memory = new UnpooledByteBufAllocator(true);
        EmbeddedChannel channel = connection();
        channel.config().setAllocator(memory);
        ByteBuf all = sent(READS * READ_BYTES);

        long most = 0;
        for (int i = 0; i < READS; i++) {
            ByteBuf read = memory.directBuffer(READ_BYTES).writeBytes(all, READ_BYTES);
            channel.writeOneInbound(read);
            most = Math.max(most, memory.metric().usedDirectMemory());
        }

        assertThat(channel.isOpen()).isTrue();
        assertThat(most).isPositive().isLessThan(READS / 2 * READ_BYTES);
        channel.close();
    }

    @Test
    void whereThereIsNoMemoryForTheRestOfAFrameTheConnectionEnds() {
        EmbeddedChannel channel = connection();
        channel.config().setAllocator(new ScarceMemory(size -> size <= 1_024));
        ByteBuf all = sent(READ_BYTES);
        channel.writeOneInbound(Unpooled.buffer(READ_BYTES / 2, READ_BYTES / 2).writeBytes(all, READ_BYTES / 2));
        assertThat(channel.isOpen()).isTrue();

        channel.writeOneInbound(Unpooled.copiedBuffer(all));

        assertThat(channel.isOpen()).isFalse();
    }
}
