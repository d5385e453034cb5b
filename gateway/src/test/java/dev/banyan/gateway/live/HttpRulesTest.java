package dev.banyan.gateway.live;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.sun.net.httpserver.HttpServer;
import dev.banyan.gateway.store.StoreLocation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpRulesTest {

    private static final Duration POLL = Duration.ofSeconds(1);

    @TempDir
    private Path folder;

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
        try (var rules = new HttpRules(web(location, null))) {
            assertThat(rules.fetch("the one before", null)).isPresent(); // and could not be written
            var again = rules.fetch("the one before", null);
            assertThat(again).isPresent();
            assertThat(rules.fetch(again.get().version(), null)).isEmpty();
        } finally {
            server.stop(0);
        }
    }

    /** As where it has a character that no address can have, or a fragment beside its query. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://config/rules.yaml?token=s3cret|x",
                "https://config/rules.yaml?token=s3cret#main",
                "https://ada:s3cret@config/rules.yaml?token=s3cret"
            })
    void aWrongAddressIsToldWithoutItsQuery(String address) {
        assertThatThrownBy(() -> RulesLocation.of(address, null, POLL, StoreLocation.inFolder(folder)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .hasMessageStartingWith("--rules: ")
                .extracting(Throwable::getMessage, STRING)
                .doesNotContain("s3cret");
    }

    @Test
    void noMessageHasASecretInIt() throws Exception {
        for (String secret : List.of("hush-hush\nmore", "h\u00fcsh", "hush hush", "")) {
            Path file = Files.writeString(folder.resolve("secret"), secret);
            try (var rules = new HttpRules(web(URI.create("http://127.0.0.1:1/rules.yaml"), file))) {
                assertThatThrownBy(() -> rules.fetch(null, null))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("no token in ")
                        .hasMessageNotContaining("hush");
            }
        }
        RulesLocation.Web one = web(URI.create("http://127.0.0.1:1/rules.yaml?private_token=hush"), null);
        RulesLocation.Web other = web(URI.create("http://127.0.0.1:1/rules.yaml?private_token=shh"), null);
        assertThat(one.where())
                .startsWith("http://127.0.0.1:1/rules.yaml?...")
                .doesNotContain("hush")
                .isNotEqualTo(other.where());
    }

    @Test
    void schemesAreReadInAnyCase() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "hush");
        assertThatThrownBy(() -> web(URI.create("HTTP://config/rules.yaml"), secret))
                .hasMessageContaining("would be sent in the clear");
        var store = StoreLocation.inFolder(folder);
        assertThat(RulesLocation.of("S3://bucket/rules", null, POLL, store))
                .isEqualTo(new RulesLocation.Bucket("bucket", "rules/", POLL));
    }

    private static RulesLocation.Web web(URI location, @Nullable Path secret) {
        return new RulesLocation.Web(location, secret, POLL);
    }
}
