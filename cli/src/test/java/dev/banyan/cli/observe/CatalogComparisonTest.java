package dev.banyan.cli.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class CatalogComparisonTest {

    @Test
    void aReplyThatIsNoJsonIsNotTheSameProduct() throws Exception {
        var legacy = answering("{\"total\":0}");
        var catalog = answering("<html>");
        try {
            var result = new CatalogComparison(uri(legacy), uri(catalog)).compare(List.of("P000001"));
            assertThat(result.differing()).isEqualTo(1);
            assertThat(result.pagesDiffering()).isEqualTo(result.pages()).isPositive();
        } finally {
            legacy.stop(0);
            catalog.stop(0);
        }
    }

    private static HttpServer answering(String body) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        });
        server.start();
        return server;
    }

    private static URI uri(HttpServer server) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }
}
