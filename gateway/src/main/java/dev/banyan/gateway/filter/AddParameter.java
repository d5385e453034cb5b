package dev.banyan.gateway.filter;

import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.factory.AddRequestParameterGatewayFilterFactory;

/** {@code AddRequestParameter}, which leaves the rest of the query as it came: Spring's escapes one a second time that has brackets. */
final class AddParameter extends AddRequestParameterGatewayFilterFactory {

    @Override
    public String name() {
        return "AddRequestParameter";
    }

    @Override
    public GatewayFilter apply(NameValueConfig config) {
        String added = QueryText.escaped(config.getName() + "=" + config.getValue());
        return (exchange, chain) ->
                chain.filter(QueryText.with(exchange, query -> query.isEmpty() ? added : query + "&" + added));
    }
}
