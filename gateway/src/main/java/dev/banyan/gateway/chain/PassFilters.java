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
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
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

    /** The same for a reply. */
    private static final List<String> REPLY_ENDS =
            List.of("Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "Trailer");

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
            passage.filtered(filtered(call, before, passed.getRequest()));
            return chain.filter(exchange).doOnSuccess(_ -> reply.note(exchange.getResponse(), call.fellBack()));
        };
        ServerWebExchange seen = exchange.mutate()
                .request(new Seen(exchange.getRequest(), call.head()))
                .build();
        return through(call.rules().filters().of(route), 0, end)
                .filter(seen)
                .doOnSuccess(_ -> reply.restore(exchange.getResponse()));
    }

    private static GatewayFilterChain through(List<GatewayFilter> filters, int at, GatewayFilterChain end) {
        return at == filters.size() ? end : exchange -> filters.get(at).filter(exchange, through(filters, at + 1, end));
    }

    private static Filtered filtered(Call call, URI before, ServerHttpRequest passed) {
        HttpHeaders head =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        passed.getHeaders().forEach(head::add);
        for (CharSequence name : OURS) {
            head.remove(name);
            List<String> given = call.head().getAll(name);
            if (!given.isEmpty()) {
                head.set(name, given);
            }
        }
        // The framework has a spelling of the query of its own; ours stays unless a filter changed it.
        String query = passed.getURI().getRawQuery();
        if (Objects.equals(query, before.getRawQuery())) {
            return new Filtered(call.target(), head);
        }
        String path = Target.path(call.target());
        return new Filtered(query == null ? path : path + "?" + query, head);
    }

    /** What filters must not change: where the reply ends, and anything of a reply that is not the candidate's. */
    private static final class ReplyAsItCame {

        private boolean whole;
        private @Nullable HttpStatusCode status;
        private org.springframework.http.@Nullable HttpHeaders head;

        void note(ServerHttpResponse response, boolean baselines) {
            whole = baselines;
            status = response.getStatusCode();
            head = new org.springframework.http.HttpHeaders();
            head.addAll(response.getHeaders());
        }

        void restore(ServerHttpResponse response) {
            if (head == null || response.isCommitted()) {
                return; // a filter has answered
            }
            if (whole) {
                response.setStatusCode(status);
                response.getHeaders().clear();
                response.getHeaders().addAll(head);
                return;
            }
            for (String name : REPLY_ENDS) {
                response.getHeaders().remove(name);
                List<String> came = head.get(name);
                if (came != null) {
                    response.getHeaders().addAll(name, came);
                }
            }
        }
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
