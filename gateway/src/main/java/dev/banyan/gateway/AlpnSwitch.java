package dev.banyan.gateway;

import dev.banyan.gateway.http2.Http2Front;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.List;

/** Makes a connection one of HTTP/2 when its client has chosen that in the TLS handshake; belongs right behind TLS. */
final class AlpnSwitch extends ChannelInboundHandlerAdapter {

    private final Http2Front front;

    AlpnSwitch(Http2Front front) {
        this.front = front;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext client, Object event) {
        if (!(event instanceof SslHandshakeCompletionEvent done)) {
            client.fireUserEventTriggered(event);
            return;
        }
        ChannelPipeline pipeline = client.pipeline();
        SslHandler tls = pipeline.get(SslHandler.class);
        if (done.isSuccess()
                && tls != null
                && ApplicationProtocolNames.HTTP_2.equals(tls.engine().getApplicationProtocol())) {
            List<String> names = pipeline.names();
            int own = names.indexOf(client.name());
            // The last name is the tail's. What HTTP/1.1 has put there has neither been active nor read anything.
            names.subList(own + 1, names.size() - 1).forEach(pipeline::remove);
            front.take(pipeline);
        } else {
            client.fireUserEventTriggered(event);
        }
        pipeline.remove(this);
    }
}
