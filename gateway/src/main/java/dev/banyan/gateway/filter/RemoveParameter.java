package dev.banyan.gateway.filter;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.factory.RemoveRequestParameterGatewayFilterFactory;

/** {@code RemoveRequestParameter}, which leaves the rest of the query as it came: Spring's writes all of it anew, in UTF-8. */
final class RemoveParameter extends RemoveRequestParameterGatewayFilterFactory {

    @Override
    public String name() {
        return "RemoveRequestParameter";
    }

    @Override
    public GatewayFilter apply(NameConfig config) {
        String name = Objects.requireNonNull(config.getName());
        return (exchange, chain) -> chain.filter(QueryText.with(exchange, query -> without(query, name)));
    }

    private static String without(String query, String name) {
        return Arrays.stream(query.split("&", -1))
                .filter(piece -> !QueryText.isNamed(piece, name))
                .collect(Collectors.joining("&"));
    }
}
