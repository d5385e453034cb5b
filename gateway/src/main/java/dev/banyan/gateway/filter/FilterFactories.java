package dev.banyan.gateway.filter;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.cloud.gateway.filter.factory.AddRequestHeaderGatewayFilterFactory;
import org.springframework.cloud.gateway.filter.factory.AddResponseHeaderGatewayFilterFactory;
import org.springframework.cloud.gateway.filter.factory.DedupeResponseHeaderGatewayFilterFactory;
import org.springframework.cloud.gateway.filter.factory.GatewayFilterFactory;
import org.springframework.cloud.gateway.filter.factory.MapRequestHeaderGatewayFilterFactory;
import org.springframework.cloud.gateway.filter.factory.RemoveRequestHeaderGatewayFilterFactory;
import org.springframework.cloud.gateway.filter.factory.RemoveResponseHeaderGatewayFilterFactory;
import org.springframework.cloud.gateway.filter.factory.RequestHeaderSizeGatewayFilterFactory;
import org.springframework.cloud.gateway.filter.factory.SecureHeadersGatewayFilterFactory;
import org.springframework.cloud.gateway.filter.factory.SecureHeadersProperties;
import org.springframework.cloud.gateway.filter.factory.SetRequestHeaderGatewayFilterFactory;
import org.springframework.cloud.gateway.filter.factory.SetResponseHeaderGatewayFilterFactory;
import org.springframework.cloud.gateway.filter.factory.SetStatusGatewayFilterFactory;

/** Spring Cloud Gateway's filters that rules may name. Made by hand, so that nothing else can be named. */
final class FilterFactories {

    private static final Map<String, GatewayFilterFactory<?>> BY_NAME = List.<GatewayFilterFactory<?>>of(
                    new AddRequestHeaderGatewayFilterFactory(),
                    new AddParameter(),
                    new AddResponseHeaderGatewayFilterFactory(),
                    new DedupeResponseHeaderGatewayFilterFactory(),
                    new MapRequestHeaderGatewayFilterFactory(),
                    new RemoveRequestHeaderGatewayFilterFactory(),
                    new RemoveParameter(),
                    new RemoveResponseHeaderGatewayFilterFactory(),
                    new RequestHeaderSizeGatewayFilterFactory(),
                    new SecureHeadersGatewayFilterFactory(new SecureHeadersProperties()),
                    new SetRequestHeaderGatewayFilterFactory(),
                    new SetResponseHeaderGatewayFilterFactory(),
                    new SetStatusGatewayFilterFactory())
            .stream()
            .collect(Collectors.toUnmodifiableMap(GatewayFilterFactory::name, Function.identity()));

    private FilterFactories() {}

    static GatewayFilterFactory<?> named(String name) {
        GatewayFilterFactory<?> factory = BY_NAME.get(name);
        if (factory == null) {
            throw new IllegalArgumentException("no filter " + name);
        }
        return factory;
    }
}
