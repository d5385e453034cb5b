package dev.banyan.gateway;

import dev.banyan.gateway.call.Intake;
import dev.banyan.gateway.call.Onlooker;
import dev.banyan.gateway.chain.Count;
import dev.banyan.gateway.chain.Forward;
import dev.banyan.gateway.chain.PassFilters;
import dev.banyan.gateway.chain.Receive;
import dev.banyan.gateway.chain.Reply;
import dev.banyan.gateway.edge.Entrance;
import dev.banyan.gateway.http.MirrorMark;
import dev.banyan.gateway.http2.Http2Front;
import dev.banyan.gateway.lean.LeanPath;
import dev.banyan.gateway.live.RulesInForce;
import dev.banyan.gateway.record.Traffic;
import dev.banyan.gateway.tls.CertificateInForce;
import dev.banyan.gateway.tunnel.Tunnels;
import java.util.List;
import java.util.Optional;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.handler.FilteringWebHandler;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;

/**
 * The gateway, put together: one catch-all route, and the path of every request that asks for filters; all others take {@link
 * LeanPath}, which carries the same call.
 */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({NettyReactiveWebServerAutoConfiguration.class, LifecycleAutoConfiguration.class})
class Wiring {

    /** The request path, outermost first. */
    static List<GatewayFilter> requestPath(GatewaySettings settings) {
        return List.of(
                // Hop-by-hop headers have gone and the rules were asked on the client's connection: what they refuse is
                // answered there, and not counted here.
                new Receive(),
                // Around all that talks to a backend: sees every end, and gives back what the call holds.
                new Count(),
                // Outside the backends' part: mends the one head that was chosen, then streams; answers when there is
                // none.
                new Reply(settings.reveal()),
                // Inside the reply, so that what they do to its head is done before it is mended and written.
                new PassFilters(),
                // In-flight limit, circuit breaker, the call itself, and the baseline instead where that is safe.
                new Forward());
    }

    @Bean
    Intake intake(GatewaySettings settings, RulesInForce rules, Traffic traffic, Onlooker onlooker, MirrorMark mark) {
        return new Intake(
                rules, settings.trusted(), settings.proxyHeaders(), settings.publicOrigin(), traffic, onlooker, mark);
    }

    @Bean
    LeanPath leanPath(GatewaySettings settings, Intake intake) {
        return new LeanPath(intake, settings.reveal(), settings.chainOnly());
    }

    @Bean
    Http2Front http2(GatewaySettings settings, Intake intake, LeanPath lean, HttpHandler everyRequest) {
        return new Http2Front(
                settings.http2().limits(),
                settings.patience(),
                settings.drain(),
                lean,
                new StreamChain(everyRequest),
                settings.trusted(),
                intake.traffic()::refused);
    }

    @Bean
    Entrance entrance(GatewaySettings settings) {
        return new Entrance(EventLoops.over(settings.transport()).onServer(true));
    }

    @Bean
    NettyServerCustomizer clientPipeline(
            GatewaySettings settings,
            Optional<CertificateInForce> certificate,
            Intake intake,
            Tunnels tunnels,
            LeanPath lean,
            Http2Front http2,
            Entrance entrance) {
        return new ClientPipeline(settings, certificate, intake, tunnels, lean, http2, entrance);
    }

    /** Ends WebSockets while the server waits for its calls. */
    @Bean
    SmartLifecycle tunnelsEnd(GatewaySettings settings, Tunnels tunnels) {
        return DrainPhase.of(ended -> tunnels.stop(settings.drain(), ended));
    }

    /** Tells clients that their connections end, before new ones are refused. */
    @Bean
    SmartLifecycle endAnnounced(LeanPath lean) {
        return DrainPhase.before(lean::announceStop);
    }

    /** Waits for the calls of the lean path, of which the server knows nothing. */
    @Bean
    SmartLifecycle leanPathEnd(LeanPath lean) {
        return DrainPhase.of(lean::stop);
    }

    /** Ends the connections of HTTP/2, of which the server knows no streams. */
    @Bean
    SmartLifecycle http2End(Http2Front http2) {
        return DrainPhase.of(http2::stop);
    }

    /*
     * No dispatcher: it answers CORS preflights itself, and legacy must see them; and looking for a route costs more than
     * deciding by our rules does. All that the framework would set up around one costs a third of the start.
     */
    @Bean
    HttpHandler everyRequest(GatewaySettings settings) {
        Route route = Route.async()
                .id("catch-all")
                .uri("no://backend")
                .predicate(exchange -> true)
                .filters(requestPath(settings))
                .build();
        var handler = new FilteringWebHandler(List.of(), true);
        return WebHttpHandlerBuilder.webHandler(exchange -> {
                    exchange.getAttributes().put(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR, route);
                    return handler.handle(exchange);
                })
                .build();
    }
}
