package dev.banyan.gateway.shift;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class WebhooksTest {

    private static final Entry ENTRY = Edits.begin(
            Fixture.plan(Fixture.onFail(dev.banyan.rules.Analysis.OnFail.To.HOLD, 0)), null, false, Fixture.NOW);

    private final LinkedBlockingQueue<String> bodies = new LinkedBlockingQueue<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            boolean refused = refusals.getAndDecrement() > 0;
            if (!refused) {
                bodies.add(body);
            }
            exchange.sendResponseHeaders(refused ? 503 : 204, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/moved");
    }

    @Test
    void everyMoveIsPostedAsJson() throws Exception {
        try (var webhooks = new Webhooks(List.of(url()))) {
            webhooks.accept(ENTRY);
            var body = JsonMapper.shared().readTree(bodies.poll(30, TimeUnit.SECONDS));
            assertThat(body.path("route").asString()).isEqualTo("browse");
            assertThat(body.path("event").asString()).isEqualTo("begin");
            assertThat(body.path("words").asString()).isEqualTo("begins: shadow");
        }
    }

    @Test
    void addressThatRefusesIsTriedAgain() throws Exception {
        refusals.set(3);
        try (var webhooks = new Webhooks(List.of(url()), Duration.ofMillis(1))) {
            webhooks.accept(ENTRY);
            assertThat(bodies.poll(30, TimeUnit.SECONDS)).contains("browse");
            assertThat(webhooks.lost()).isZero();
        }
    }

    @Test
    void addressThatIsGoneLosesMovesAndNeverHoldsAnybodyUp() throws Exception {
        URI nobody = url();
        server.stop(0);
        try (var webhooks = new Webhooks(List.of(nobody), Duration.ofMillis(1))) {
            for (int i = 0; i < 5_000; i++) {
                webhooks.accept(ENTRY);
            }
            OpenStore.await("some are lost", () -> webhooks.lost() > 3_000);
        }
    }

    @Test
    void addressThatThereCannotBeLosesEachMove() throws Exception {
        try (var webhooks = new Webhooks(List.of(URI.create("http://127.0.0.1:99999/")), Duration.ofMillis(1))) {
            webhooks.accept(ENTRY);
            webhooks.accept(ENTRY);
            OpenStore.await("both are lost", () -> webhooks.lost() == 2);
        }
    }
}
