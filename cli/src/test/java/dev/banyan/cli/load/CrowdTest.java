package dev.banyan.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** People against a shop of a few lines, so that what goes wrong is chosen by the test. */
class CrowdTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final Queue<String> placed = new ConcurrentLinkedQueue<>();
    private final AtomicInteger orderNo = new AtomicInteger(100);
    private volatile String trouble = "none";
    private HttpServer shop;
    private URI site;

    @BeforeEach
    void open() throws IOException {
        shop = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        shop.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        shop.createContext("/", this::serve);
        shop.start();
        site = URI.create("http://127.0.0.1:" + shop.getAddress().getPort());
    }

    @AfterEach
    void close() {
        shop.stop(0);
    }

    private void serve(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestURI().getPath();
        var method = exchange.getRequestMethod();
        var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("X-Banyan-Route", path.contains("catalog") ? "browse-catalog" : "-");
        exchange.getResponseHeaders().set("X-Banyan-Backend", "legacy");
        exchange.getResponseHeaders().set("X-Banyan-Assigned", "baseline");
        exchange.getResponseHeaders().set("Content-Type", "text/html");
        if (path.startsWith("/catalog/") && trouble.equals("errors")) {
            reply(exchange, 503, "sorry");
        } else if (path.startsWith("/catalog/") && trouble.equals("cut")) {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write("half".getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            throw new IOException("the process behind this reply was killed"); // the server drops the connection
        } else if (path.equals("/")) {
            redirect(exchange, "/catalog");
        } else if (path.equals("/catalog")) {
            reply(exchange, 200, "<li class=product data-sku=P000001>");
        } else if (method.equals("GET") && path.equals("/checkout")) {
            reply(exchange, 200, "<form action=/checkout method=post><input name=_csrf value=t1></form>");
        } else if (method.equals("POST") && path.equals("/checkout")) {
            assertThat(body).contains("_csrf=t1");
            redirect(exchange, "/orders/" + orderNo.incrementAndGet());
        } else if (method.equals("POST") && path.equals("/api/orders")) {
            placed.add(body.replaceFirst(".*\"ref\":\"", "").replaceFirst("\".*", ""));
            reply(exchange, 201, "{\"orderNo\":" + orderNo.incrementAndGet() + "}");
        } else if (method.equals("POST") && !path.startsWith("/api")) {
            redirect(exchange, "/somewhere");
        } else {
            reply(
                    exchange,
                    200,
                    "{\"items\":[\"P000001\"]} <a href=/buy/P000001> <form action=/login></form> <form action=/logout></form>"
                            + "<form action='/basket/add;jsessionid=1'><input name=sku value=P000001></form>");
        }
    }

    private void redirect(HttpExchange exchange, String path) throws IOException {
        exchange.getResponseHeaders().set("Location", site + path);
        reply(exchange, 302, "");
    }

    private static void reply(HttpExchange exchange, int status, String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private Crowd crowd() {
        return new Crowd(site, new Crowd.Size(12, 3, 0, List.of("P000001"), 7));
    }

    @Test
    void peopleBrowseAndBuyAndEveryWriteIsRemembered() throws InterruptedException {
        var crowd = crowd();
        await(() -> crowd.writes().orders().size() > 3
                && !crowd.writes().checkouts().isEmpty());
        crowd.writes().close();
        await(() -> crowd.writes().inFlight() == 0);
        crowd.close();
        assertThat(crowd.tally().failures()).isEmpty();
        assertThat(crowd.tally().counts().failed()).isZero();
        assertThat(crowd.tally().counts().served("browse-catalog", "legacy")).isPositive();
        assertThat(crowd.writes().orders().values()).allMatch(Writes.Order::isAcknowledged);
        assertThat(crowd.writes().orders().keySet()).containsExactlyInAnyOrderElementsOf(placed);
        assertThat(crowd.writes().checkouts().values())
                .allMatch(checkouts -> checkouts.sent() == checkouts.orderNos().size());
    }

    @Test
    void anErrorIsAFailure() throws InterruptedException {
        trouble = "errors";
        try (var crowd = crowd()) {
            await(() -> crowd.tally().counts().failed() > 0);
            assertThat(crowd.tally().counts().cut()).isZero();
            assertThat(crowd.tally().failures().getFirst().what()).contains("503 from legacy");
        }
    }

    @Test
    void aReplyThatBreaksOffAfterItsHeadIsCountedApart() throws InterruptedException {
        trouble = "cut";
        try (var crowd = crowd()) {
            await(() -> crowd.tally().counts().cut() > 0);
            assertThat(crowd.tally().counts().failed()).isZero();
        }
    }

    @Test
    void nobodyAtTheDoorIsAFailure() throws InterruptedException {
        shop.stop(0);
        try (var crowd = crowd()) {
            await(() -> crowd.tally().counts().failed() > 0);
            assertThat(crowd.tally().failures().getFirst().what()).contains("ConnectException");
        }
    }

    private static void await(BooleanSupplier holds) throws InterruptedException {
        var deadline = System.nanoTime() + SOON.toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            Thread.sleep(10);
        }
    }
}
