package dev.banyan.bench.server;

import java.net.URI;
import java.util.Map;
import java.util.stream.IntStream;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.cloud.gateway.handler.predicate.PredicateDefinition;
import org.springframework.cloud.gateway.route.RouteDefinition;
import org.springframework.cloud.gateway.route.RouteDefinitionLocator;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import reactor.core.publisher.Flux;

/** Spring Cloud Gateway as its guide shows it: Boot's defaults, the actuator beside it, and for each rule a route by path. */
@SpringBootApplication
public class StockGateway {

    /** Serves until the process is ended. {@code args}: the port, the upstream's, the number of routes, whether HTTP/2 too. */
    public static void main(String[] args) {
        var application = new SpringApplication(StockGateway.class);
        application.setDefaultProperties(Map.of(
                "server.address", "127.0.0.1",
                "server.port", args[0],
                "bench.upstream", args[1],
                "bench.routes", args[2],
                "server.http2.enabled", args[3]));
        application.run();
    }

    /** The routes as a properties file would name them; one of 100,000 takes Boot minutes to bind. */
    @Bean
    RouteDefinitionLocator routes(Environment environment) {
        var upstream = URI.create("http://127.0.0.1:" + environment.getRequiredProperty("bench.upstream"));
        var count = environment.getRequiredProperty("bench.routes", Integer.class);
        var routes = IntStream.range(0, count)
                .mapToObj(number -> route(number, upstream))
                .toList();
        return () -> Flux.fromIterable(routes);
    }

    private static RouteDefinition route(int number, URI upstream) {
        var route = new RouteDefinition();
        route.setId("r" + number);
        route.setUri(upstream);
        route.setPredicates(java.util.List.of(new PredicateDefinition("Path=/r" + number + "/**")));
        return route;
    }
}
