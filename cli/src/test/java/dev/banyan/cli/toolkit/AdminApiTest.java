package dev.banyan.cli.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another program answers where a gateway's admin port was. */
class AdminApiTest {

    @TempDir
    private Path folder;

    private final List<String> tokens = new CopyOnWriteArrayList<>();
    private HttpServer other;

    @BeforeEach
    void start() throws IOException {
        other = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        other.createContext("/", exchange -> {
            tokens.add(exchange.getRequestHeaders().getFirst("Authorization"));
            var page = "<html>".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        other.start();
    }

    @AfterEach
    void stop() {
        other.stop(0);
    }

    @Test
    void theTokenOfAGatewayThatWasKilledGoesToNobody() throws IOException {
        var gateway = new LiveRunFolder(folder, other.getAddress().getPort(), "secret");
        try (var admin = AdminApi.of(folder)) {
            gateway.close();
            assertThatThrownBy(() -> AdminApi.of(folder))
                    .isInstanceOf(CommandFailed.class)
                    .hasMessageContaining("no gateway runs with the run folder " + folder);
            assertThatThrownBy(() -> admin.get("/admin/routes")).isInstanceOf(CommandFailed.class);
            assertThatThrownBy(() -> admin.ask("/admin/routes", "{}")).isInstanceOf(CommandFailed.class);
        }
        assertThat(tokens).isEmpty();
    }

    @Test
    void anAnswerThatIsNoJsonIsOneLine() throws IOException {
        try (var _ = new LiveRunFolder(folder, other.getAddress().getPort(), "secret");
                var admin = AdminApi.of(folder)) {
            assertThatThrownBy(() -> admin.get("/admin/routes"))
                    .isInstanceOf(CommandFailed.class)
                    .hasMessageContaining("the gateway's admin port does not answer");
        }
        assertThat(tokens).containsExactly("Bearer secret");
    }
}
