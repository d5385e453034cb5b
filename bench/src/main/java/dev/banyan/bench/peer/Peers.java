package dev.banyan.bench.peer;

import dev.banyan.bench.server.BareStockGateway;
import dev.banyan.bench.server.ReactorProxy;
import dev.banyan.bench.server.StockGateway;
import dev.banyan.bench.server.VertxProxy;
import io.vertx.httpproxy.HttpProxy;
import java.nio.file.Path;
import java.util.List;
import org.springframework.cloud.gateway.route.RouteDefinition;
import reactor.netty.http.server.HttpServer;

/** All we compare, ourselves first. */
public final class Peers {

    private Peers() {}

    /** Returns them; {@code root} is the checkout of Banyan, {@code jar} this program's. */
    public static List<Peer> all(Path root, Path jar) {
        return List.of(
                new Banyan(root),
                new JavaPeer(
                        "stock",
                        "Spring Cloud Gateway " + version(RouteDefinition.class)
                                + " (WebFlux) and Boot's actuator, both on their defaults, a route by path for each rule",
                        true,
                        jar,
                        StockGateway.class.getName()),
                new JavaPeer(
                        "stock-bare",
                        "the same with nothing counted or observed, as without the actuator",
                        false,
                        jar,
                        BareStockGateway.class.getName()),
                new JavaPeer(
                        "vertx",
                        "Vert.x http-proxy " + version(HttpProxy.class)
                                + ", epoll, a server for each core, pool of 2,000",
                        false,
                        jar,
                        VertxProxy.class.getName()),
                new JavaPeer(
                        "reactor",
                        "a bare Reactor Netty " + version(HttpServer.class) + " proxy, pool of 2,000",
                        false,
                        jar,
                        ReactorProxy.class.getName()),
                new Nginx(),
                new Haproxy());
    }

    /** Returns the version in the name of the jar that {@code type} is from. */
    private static String version(Class<?> type) {
        var jar = type.getProtectionDomain().getCodeSource().getLocation().getPath();
        return jar.replaceAll(".*?-(\\d[^/]*)\\.jar$", "$1");
    }
}
