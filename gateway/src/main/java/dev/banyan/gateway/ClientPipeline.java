package dev.banyan.gateway;

import dev.banyan.gateway.call.Intake;
import dev.banyan.gateway.edge.ClientWatch;
import dev.banyan.gateway.edge.Entrance;
import dev.banyan.gateway.edge.FrontDoor;
import dev.banyan.gateway.edge.KeepAlive;
import dev.banyan.gateway.edge.RequestCodec;
import dev.banyan.gateway.http2.Http2Front;
import dev.banyan.gateway.lean.LeanPath;
import dev.banyan.gateway.tls.CertificateInForce;
import dev.banyan.gateway.tunnel.Tunnels;
import dev.banyan.gateway.tunnel.Upgrades;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;

/** What a request meets on its client's connection before Reactor Netty and Spring read it their own way. */
record ClientPipeline(
        GatewaySettings settings,
        Optional<CertificateInForce> certificate,
        Intake intake,
        Tunnels tunnels,
        LeanPath lean,
        Http2Front http2,
        Entrance entrance)
        implements NettyServerCustomizer {

    @Override
    public HttpServer apply(HttpServer server) {
        EventLoops loops = EventLoops.over(settings.transport());
        return secured(server.runOn(loops))
                .doOnBound(port -> entrance.add(port.channel()))
                .doOnChannelInit((observer, channel, remote) -> {
                    KeepAlive.on(channel);
                    ChannelPipeline pipeline = channel.pipeline();
                    if (pipeline.get(NettyPipeline.SslHandler) != null) {
                        pipeline.addAfter(NettyPipeline.SslHandler, "banyan.alpn", new AlpnSwitch(http2));
                    }
                    if (pipeline.get(NettyPipeline.HttpTrafficHandler) != null) {
                        var codec = new RequestCodec(limits());
                        pipeline.replace(NettyPipeline.HttpCodec, NettyPipeline.HttpCodec, codec);
                        var watch = new ClientWatch(
                                settings.patience(), codec, intake.traffic()::refused, entrance.of(channel));
                        pipeline.addBefore(NettyPipeline.HttpCodec, "banyan.clientWatch", watch);
                        for (ChannelHandler handler : messageHandlers(watch, channel)) {
                            pipeline.addBefore(NettyPipeline.HttpTrafficHandler, null, handler);
                        }
                    }
                });
    }

    private static HttpDecoderConfig limits() {
        return new HttpDecoderConfig()
                .setMaxInitialLineLength(GatewaySettings.REQUEST_LINE_BYTES_MAX)
                .setMaxHeaderSize(GatewaySettings.HEAD_BYTES_MAX)
                .setAllowDuplicateContentLengths(false);
    }

    private HttpServer secured(HttpServer server) {
        return certificate
                .map(each -> each.tls(settings.http2().overTls()))
                .map(tls -> server.secure(spec -> spec.sslContext(tls)))
                .orElse(server);
    }

    /** In the order in which a request meets them. */
    private List<ChannelHandler> messageHandlers(ClientWatch watch, Channel channel) {
        List<ChannelHandler> handlers = new ArrayList<>();
        // Slow clients are let go.
        handlers.add(watch.messages());
        // A head that could be read in two ways goes no further.
        handlers.add(new FrontDoor(settings.absoluteForm(), intake.traffic()::refused));
        // WebSockets leave this pipeline.
        handlers.add(new Upgrades(intake, tunnels, settings.reveal()));
        // Hop-by-hop headers go before ours come, so that no client can nominate ours away, and the rules are asked.
        // Whatever asks for no filter ends here, save with --chain-only; the rest goes on to the filter chain.
        handlers.add(lean.handler(channel, watch::holdBack));
        return handlers;
    }
}
