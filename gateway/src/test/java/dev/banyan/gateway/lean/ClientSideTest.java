package dev.banyan.gateway.lean;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import org.junit.jupiter.api.Test;

class ClientSideTest {

    /** A stream has nobody behind it then who would: its client would wait until it leaves by itself. */
    @Test
    @SuppressWarnings("NullAway") // a request does not get that far: its client has no address
    void aFaultBeforeAnybodyHasTheRequestEndsItsConnection() {
        var channel = new EmbeddedChannel();
        channel.pipeline().addLast(new LeanPath(null, false, false).handler(channel, _ -> {}));
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/");
        channel.writeInbound(request);
        assertThat(channel.isOpen()).isFalse();
    }
}
