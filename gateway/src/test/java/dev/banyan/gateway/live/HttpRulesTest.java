package dev.banyan.gateway.live;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import org.junit.jupiter.api.Test;

class HttpRulesTest {

    @Test
    void whatWasSentButNotTakenIsSentAgain() throws Exception {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                if ("\"1\"".equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
                    exchange.sendResponseHeaders(304, -1);
                    return;
                }
                exchange.getResponseHeaders().set("ETag", "\"1\"");
                exchange.sendResponseHeaders(200, 2);
                exchange.getResponseBody().write("{}".getBytes(UTF_8));
            }
        });
        server.start();
        var location = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/rules.yaml");
        try (var rules = new HttpRules(location, null)) {
            assertThat(rules.fetch("the one before", null)).isPresent(); // and could not be written
            var again = rules.fetch("the one before", null);
            assertThat(again).isPresent();
            assertThat(rules.fetch(again.get().version(), null)).isEmpty();
        } finally {
            server.stop(0);
        }
    }
}
