package dev.banyan.bridge.lake;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/** Buckets on a real S3 server, and in front of it a door at which a test refuses, slows down, or loses the answer. */
public final class LocalBucket implements AutoCloseable {

    /** What the door does to a request. */
    public enum Door {
        OPEN,
        /** 503 SlowDown. */
        BUSY,
        /** The connection is closed before the server hears of it. */
        DEAD,
        /** The server does it, and the connection is closed before its answer. */
        ANSWER_LOST
    }

    private static final Set<String> NOT_PASSED =
            Set.of("host", "connection", "content-length", "expect", "authorization", "transfer-encoding");

    private final Path root;
    private final S3Proxy server;
    private final HttpServer door;
    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicInteger left = new AtomicInteger();
    private volatile Door next = Door.OPEN;
    private volatile Duration pause = Duration.ZERO;
    private volatile boolean hidesLengths;
    private final AtomicInteger puts = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile Held held = new Held(_ -> false, new CountDownLatch(0));

    public LocalBucket(Path root) throws Exception {
        this.root = Files.createDirectories(root);
        server = S3Proxy.builder()
                .blobStore(new FilesystemNio2BlobStore(root.toString()))
                .endpoint(URI.create("http://127.0.0.1:0"))
                .build();
        server.start();
        door = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        door.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        door.createContext("/", this::pass);
        door.start();
        System.setProperty("aws.endpointUrlS3", endpoint());
        System.setProperty("aws.region", "eu-west-1");
        System.setProperty("aws.accessKeyId", "local");
        System.setProperty("aws.secretAccessKey", "local");
    }

    public String endpoint() {
        return "http://127.0.0.1:" + door.getAddress().getPort();
    }

    /** Makes a bucket. */
    public void create(String bucket) throws IOException {
        Files.createDirectories(root.resolve(bucket));
    }

    /** Does {@code what} to the next {@code times} requests. */
    public void next(Door what, int times) {
        next = what;
        left.set(times);
    }

    /** Holds every request up for so long. */
    public void slow(Duration each) {
        pause = each;
    }

    /** Leaves the length of an object out of what is said of it, as a proxy that compresses does. */
    public void hideLengths(boolean isHidden) {
        hidesLengths = isHidden;
    }

    private record Held(Predicate<String> which, CountDownLatch gate) {}

    /** Holds the requests {@code which}, told as {@code METHOD URI}, until they are let go. */
    public void hold(Predicate<String> which) {
        held = new Held(which, new CountDownLatch(1));
    }

    public void letGo() {
        held.gate.countDown();
    }

    /** How many requests came to the server. */
    public int requests() {
        return requests.get();
    }

    /** Puts many small objects, named by {@code key} of their numbers, past the server. */
    public void fill(String bucket, int from, int to, IntFunction<String> key, IntFunction<String> content)
            throws IOException {
        for (var number = from; number <= to; number++) {
            var file = root.resolve(bucket).resolve(key.apply(number));
            Files.createDirectories(file.getParent());
            Files.writeString(file, content.apply(number));
        }
    }

    /** How many objects and parts were put. */
    public int puts() {
        return puts.get();
    }

    public void delete(String bucket, String key) throws IOException {
        send(HttpRequest.newBuilder(at("/" + bucket + "/" + key)).DELETE().build());
    }

    private URI at(String path) {
        return URI.create("http://127.0.0.1:" + server.getPort() + path);
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws IOException {
        try {
            return client.send(request, BodyHandlers.ofByteArray());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped", e);
        }
    }

    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
            var body = exchange.getRequestBody().readAllBytes();
            LockSupport.parkNanos(pause.toNanos());
            awaitGate(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            var what = left.getAndUpdate(count -> Math.max(0, count - 1)) > 0 ? next : Door.OPEN;
            if (what == Door.DEAD) {
                return;
            }
            if (what == Door.BUSY) {
                var error = "<Error><Code>SlowDown</Code><Message>reduce your request rate</Message></Error>"
                        .getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(503, error.length);
                exchange.getResponseBody().write(error);
                return;
            }
            requests.incrementAndGet();
            if (exchange.getRequestMethod().equals("PUT")) {
                puts.incrementAndGet();
            }
            var reply = send(request(exchange, body));
            if (what == Door.ANSWER_LOST) {
                return;
            }
            reply.headers().map().forEach((header, values) -> {
                if (!header.equals("content-length") && !header.equals("transfer-encoding")) {
                    exchange.getResponseHeaders().put(header, values);
                }
            });
            // of no other does it say the length by itself
            if (exchange.getRequestMethod().equals("HEAD") && !hidesLengths) {
                reply.headers().firstValue("content-length").ifPresent(length -> exchange.getResponseHeaders()
                        .set("Content-Length", length));
            }
            exchange.sendResponseHeaders(reply.statusCode(), reply.body().length == 0 ? -1 : reply.body().length);
            exchange.getResponseBody().write(reply.body());
        }
    }

    private void awaitGate(String request) throws IOException {
        var now = held;
        try {
            if (now.which.test(request) && !now.gate.await(1, TimeUnit.MINUTES)) {
                throw new IOException("held for a minute: " + request);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped", e);
        }
    }

    private HttpRequest request(HttpExchange exchange, byte[] body) {
        var request = HttpRequest.newBuilder(at(exchange.getRequestURI().toString()))
                .method(
                        exchange.getRequestMethod(),
                        body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        exchange.getRequestHeaders().forEach((header, values) -> {
            if (!NOT_PASSED.contains(header.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.header(header, value));
            }
        });
        return request.build();
    }

    @Override
    public void close() throws IOException {
        door.stop(0);
        try {
            server.stop();
        } catch (Exception e) { // Jetty declares Exception
            throw new IOException("stopping the S3 server", e);
        }
        client.close();
    }
}
