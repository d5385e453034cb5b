package dev.banyan.gateway.chain;

import dev.banyan.gateway.call.Call;
import dev.banyan.gateway.http.Target;
import dev.banyan.rules.Route;
import dev.banyan.rules.Side;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.support.Netty4HeadersAdapter;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Sends a call through the filters its route asks for. They see the head that the candidate will get, and may change it and
 * the query; the baseline, should it serve instead, gets the request as it came.
 */
public record PassFilters() implements GatewayFilter {

    /** What says where a message ends and who it is for: not for filters to change. */
    private static final List<CharSequence> OURS = List.of(
            HttpHeaderNames.HOST,
            HttpHeaderNames.CONTENT_LENGTH,
            HttpHeaderNames.TRANSFER_ENCODING,
            HttpHeaderNames.CONNECTION,
            HttpHeaderNames.UPGRADE,
            HttpHeaderNames.EXPECT);

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        Passage passage = Passage.of(exchange);
        Call call = passage.call;
        Route route = call.routed().route();
        if (route == null || route.filters().isEmpty() || call.routed().side() != Side.CANDIDATE) {
            return chain.filter(exchange);
        }
        URI before = exchange.getRequest().getURI();
        var reply = new ReplyAsItCame();
        GatewayFilterChain end = passed -> {
            passage.filtered(filtered(call.target(), call.head(), before, passed.getRequest()));
            return chain.filter(exchange).doOnSuccess(_ -> reply.note(exchange.getResponse(), call.fellBack()));
        };
        ServerWebExchange seen = exchange.mutate()
                .request(new Seen(exchange.getRequest(), call.head()))
                .build();
        return through(call.rules().filters().of(route), 0, end)
                .filter(seen)
                .doOnSuccess(_ -> reply.restore(exchange.getResponse()));
    }

    static GatewayFilterChain through(List<GatewayFilter> filters, int at, GatewayFilterChain end) {
        return at == filters.size() ? end : exchange -> filters.get(at).filter(exchange, through(filters, at + 1, end));
    }

    /**
     * Returns what filters made of a request for {@code target} with {@code came} as its head.
     *
     * @param before the URI they saw
     */
    static Filtered filtered(String target, HttpHeaders came, URI before, ServerHttpRequest passed) {
        HttpHeaders head =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        passed.getHeaders().forEach(head::add);
        for (CharSequence name : OURS) {
            head.remove(name);
            List<String> given = came.getAll(name);
            if (!given.isEmpty()) {
                head.set(name, given);
            }
        }
        // The framework has a spelling of the query of its own; ours stays unless a filter changed it.
        String query = passed.getURI().getRawQuery();
        String seen = before.getRawQuery();
        if (Objects.equals(query, seen)) {
            return new Filtered(target, head);
        }
        String path = Target.path(target);
        return new Filtered(query == null ? path : path + "?" + asItCame(query, seen, Target.query(target)), head);
    }

    /** Returns a query in which each parameter that no filter changed has the client's spelling: {@code seen} has the same ones in another. */
    private static String asItCame(String query, @Nullable String seen, @Nullable String came) {
        if (seen == null || came == null || seen.equals(came)) {
            return query;
        }
        List<String> spelled = List.of(seen.split("&", -1));
        String[] originals = came.split("&", -1);
        var out = new StringJoiner("&");
        int next = 0;
        for (String piece : query.split("&", -1)) {
            int at = spelled.subList(next, spelled.size()).indexOf(piece);
            if (at >= 0) {
                out.add(originals[next + at]);
                next += at + 1;
            } else {
                out.add(piece);
            }
        }
        return out.toString();
    }

    /** The request with the head that the candidate gets, where the client's own still has what ends at this hop. */
    private static final class Seen extends ServerHttpRequestDecorator {

        private final org.springframework.http.HttpHeaders head;

        Seen(ServerHttpRequest request, HttpHeaders head) {
            super(request);
            this.head = new org.springframework.http.HttpHeaders(new Netty4HeadersAdapter(head));
        }

        @Override
        public org.springframework.http.HttpHeaders getHeaders() {
            return head;
        }
    }
}
