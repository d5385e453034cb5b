package dev.banyan.gateway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import java.util.function.Consumer;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerConfig;

/** The filter chain behind an HTTP/2 stream: Reactor Netty's handlers of HTTP/1.1 messages, without their codec of bytes. */
final class StreamChain implements Consumer<ChannelPipeline> {

    private final HttpServerConfig server;
    private final ConnectionObserver observer;

    StreamChain(HttpHandler chain) {
        this.server =
                HttpServer.create().handle(new ReactorHttpHandlerAdapter(chain)).configuration();
        this.observer = server.childObserver().then(StreamChain::ended);
    }

    @Override
    public void accept(ChannelPipeline stream) {
        stream.addLast(server.channelInitializer(observer, null, true));
        stream.remove(NettyPipeline.HttpCodec);
    }

    /** Closes what an exchange leaves behind that broke off; one that ended well ends its stream by itself. */
    @SuppressWarnings("FutureReturnValueIgnored") // Netty: a stream that is being closed reports to nobody
    private static void ended(Connection connection, ConnectionObserver.State state) {
        Channel stream = connection.channel();
        if (state.equals(ConnectionObserver.State.DISCONNECTING) && stream.isActive() && !connection.isPersistent()) {
            stream.close();
        }
    }
}
