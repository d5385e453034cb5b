package dev.banyan.gateway.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpClientCodec;
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
}
