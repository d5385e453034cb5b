package dev.banyan.cli.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

/**
 * Plays the releases of a catalogue service: it stands where the service would and passes its replies on, with the mistake
 * of the release that is out. So a real service can be bad for a while, as services are.
 */
final class Releases implements AutoCloseable {

    /** A release, by its mistake. */
    enum Release {
        GOOD,
        /** Prices lose their cents. */
        ROUNDS_PRICES,
        /** A part of the requests waits for too long. */
        SLOW,
        /** It is overloaded, and says so. */
        FAILING
    }

    private static final Pattern AMOUNT = Pattern.compile("(\"amount\"\\s*:\\s*\"?)(\\d+\\.\\d+)");
    private static final Duration SLOW = Duration.ofMillis(600);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final HttpServer server;
    private final HttpClient client;
    private final URI service;
    private volatile Release out = Release.GOOD;

    /** Stands at {@code port} of this machine, before {@code service}. */
    Releases(int port, URI service) {
        this.service = service;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(TIMEOUT)
                .build();
        try {
            this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException e) {
            throw new UncheckedIOException("the catalogue's releases at port " + port, e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    /** Puts a release out; it serves from the next request on. */
    void release(Release next) {
        out = next;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var release = out;
            if (release == Release.FAILING) {
                exchange.sendResponseHeaders(503, -1);
                return;
            }
            if (release == Release.SLOW) {
                Thread.sleep(SLOW);
            }
            var reply = client.send(
                    HttpRequest.newBuilder(service.resolve(exchange.getRequestURI()))
                            .timeout(TIMEOUT)
                            .build(),
                    BodyHandlers.ofString());
            send(exchange, reply, release == Release.ROUNDS_PRICES ? rounded(reply.body()) : reply.body());
        } catch (IOException e) {
            exchange.sendResponseHeaders(502, -1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(HttpExchange exchange, HttpResponse<String> reply, String body) throws IOException {
        for (var name : new String[] {"Content-Type", "Cache-Control"}) {
            reply.headers().firstValue(name).ifPresent(value -> exchange.getResponseHeaders()
                    .set(name, value));
        }
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(reply.statusCode(), bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static String rounded(String json) {
        return AMOUNT.matcher(json)
                .replaceAll(found -> found.group(1)
                        + new BigDecimal(found.group(2))
                                .setScale(0, RoundingMode.HALF_UP)
                                .setScale(2)
                                .toPlainString());
    }

    @Override
    public void close() {
        server.stop(0);
        client.shutdownNow();
    }
}
