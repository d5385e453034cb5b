package dev.banyan.gateway.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import reactor.netty.Connection;
import reactor.netty.NettyPipeline;

class ReplyCodecTest {

    /** The end of a reply may still be read from a connection that is being closed, and would put it into the pool. */
    @Test
    void aConnectionIsNobodyElsesOnceItsEndHasBegun() {
        var channel = new EmbeddedChannel();
        channel.pipeline().addLast(NettyPipeline.HttpCodec, new HttpClientCodec());
        ReplyCodec.putInto(channel.pipeline(), new Distrust("legacy"));
        assertThat(Connection.from(channel).isPersistent()).isTrue();
        assertThat(channel.close().isSuccess()).isTrue();
        assertThat(Connection.from(channel).isPersistent()).isFalse();
    }

    /** No headers are made for a reply that has none there; what no header may be like still breaks its reply. */
    @Test
    void whatStandsBehindTheEndOfAReplyGoesNowhere() {
        HttpHeaders plain = behindTheEnd("content-length: 1\r\n\r\na");
        assertThat(plain).isEmpty();
        assertThat(behindTheEnd("transfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"))
                .isEmpty();
        assertThat(behindTheEnd("transfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nx: 1\r\n y\r\n\r\n"))
                .isSameAs(plain);
        assertThat(last("transfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nx(y: 1\r\n\r\n")
                        .decoderResult()
                        .isFailure())
                .isTrue();
    }

    private static HttpHeaders behindTheEnd(String reply) {
        LastHttpContent last = last(reply);
        assertThat(last.decoderResult().isSuccess()).isTrue();
        return last.trailingHeaders();
    }

    private static LastHttpContent last(String reply) {
        var decoder = new ReplyDecoder(new Distrust("legacy"));
        decoder.expectReply(false);
        var channel = new EmbeddedChannel(decoder);
        channel.writeInbound(Unpooled.copiedBuffer("HTTP/1.1 200 OK\r\n" + reply, StandardCharsets.US_ASCII));
        LastHttpContent last = null;
        for (Object part = channel.readInbound(); part != null; part = channel.readInbound()) {
            last = part instanceof LastHttpContent end ? end : last;
            ReferenceCountUtil.release(part);
        }
        return Objects.requireNonNull(last);
    }
}
