package dev.banyan.gateway.chain;

import dev.banyan.gateway.http.Origin;
import dev.banyan.gateway.http.Target;
import dev.banyan.gateway.live.LiveRules;
import dev.banyan.gateway.mirror.Filtering;
import dev.banyan.rules.Route;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.URI;
import java.util.function.Function;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.http.support.Netty4HeadersAdapter;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.adapter.DefaultServerWebExchange;
import org.springframework.web.server.i18n.AcceptHeaderLocaleContextResolver;
import reactor.core.publisher.Mono;

/** Passes copies through the filters of their route as {@link PassFilters} does with calls, in an exchange that no client sees. */
public final class CopyFilters implements Filtering {

    private final ServerCodecConfigurer codecs = ServerCodecConfigurer.create();
    private final AcceptHeaderLocaleContextResolver locales = new AcceptHeaderLocaleContextResolver();

    @Override
    public Mono<Head> pass(LiveRules rules, Route route, Origin asked, Line request, Function<Line, Mono<Head>> ask) {
        return Mono.defer(() -> {
            URI before = URI.create(asked + (request.target().equals("*") ? "/" : Target.forJava(request.target())));
            var response = new UnsentResponse();
            var reply = new ReplyAsItCame();
            GatewayFilterChain end = passed -> {
                Filtered made = PassFilters.filtered(request.target(), request.head(), before, passed.getRequest());
                return ask.apply(new Line(request.method(), made.target(), made.head()))
                        .doOnNext(head -> {
                            begin(response, head);
                            reply.note(response, false);
                        })
                        .then();
            };
            return PassFilters.through(rules.filters().of(route), 0, end)
                    .filter(exchange(request, before, response))
                    .doOnSuccess(_ -> reply.restore(response))
                    .then(Mono.defer(() -> result(response)));
        });
    }

    private ServerWebExchange exchange(Line request, URI uri, UnsentResponse response) {
        // Filters that change a head make a copy of it first.
        var head = new org.springframework.http.HttpHeaders(new Netty4HeadersAdapter(request.head()));
        var seen = new UnreadRequest(HttpMethod.valueOf(request.method()), uri, head);
        return new DefaultServerWebExchange(seen, response, _ -> Mono.empty(), codecs, locales);
    }

    private static void begin(UnsentResponse response, Head head) {
        response.setStatusCode(HttpStatusCode.valueOf(head.status()));
        head.headers().forEach(each -> response.getHeaders().add(each.getKey(), each.getValue()));
    }

    /* What a filter leaves to do until the head is written is done now. */
    private static Mono<Head> result(UnsentResponse response) {
        if (response.isCommitted()) {
            return Mono.empty(); // a filter has answered
        }
        return response.setComplete().then(Mono.fromSupplier(() -> {
            HttpHeaders head = DefaultHttpHeadersFactory.headersFactory()
                    .withValidation(false)
                    .newHeaders();
            response.getHeaders().forEach(head::add);
            HttpStatusCode status = response.getStatusCode();
            return new Head(status == null ? 0 : status.value(), head);
        }));
    }
}
