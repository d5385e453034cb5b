package dev.banyan.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.jspecify.annotations.Nullable;

/** A bucket on a real S3 server, and in front of it a door at which a test denies, holds up, or acts in between. */
final class TestBucket implements AutoCloseable {

    /** What a test does while a reader waits. */
    interface Act {
        void run() throws IOException;
    }

    private record Trap(String key, Act act) {}

    private final Path root = Files.createTempDirectory("bucket");
    private final Path folder;
    private final S3Proxy server;
    private final HttpServer door;
    private final HttpClient client = HttpClient.newHttpClient();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicReference<@Nullable Trap> trap = new AtomicReference<>();
    private volatile int status;
    private volatile boolean stalled;

    TestBucket(String name) throws Exception {
        folder = Files.createDirectory(root.resolve(name));
        server = S3Proxy.builder()
                .blobStore(new FilesystemNio2BlobStore(root.toString()))
                .endpoint(URI.create("http://127.0.0.1:0"))
                .build();
        server.start();
        door = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        door.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        door.createContext("/", this::pass);
        door.start();
        System.setProperty(
                "aws.endpointUrlS3", "http://127.0.0.1:" + door.getAddress().getPort());
        System.setProperty("aws.region", "eu-west-1");
        System.setProperty("aws.accessKeyId", "local");
        System.setProperty("aws.secretAccessKey", "local");
    }

    /** Writes an object as a client does. */
    void put(String key, String content) throws IOException {
        send(HttpRequest.newBuilder(at("/" + folder.getFileName() + "/" + key))
                .PUT(HttpRequest.BodyPublishers.ofString(content))
                .build());
    }

    /** Writes an object as if it had been there for a while. */
    void put(String key, String content, long seconds) throws IOException {
        put(key, content);
        Files.setLastModifiedTime(
                folder.resolve(key), FileTime.from(Instant.now().plusSeconds(seconds)));
    }

    void delete(String key) throws IOException {
        send(HttpRequest.newBuilder(at("/" + folder.getFileName() + "/" + key))
                .DELETE()
                .build());
    }

    /** Answers everything with this status from now on; 0 ends that. */
    void failWith(int code) {
        status = code;
    }

    /** Answers nothing any more. */
    void stall() {
        stalled = true;
    }

    /** Acts when somebody asks for an object, before the server does. */
    void beforeNextRead(String key, Act act) {
        trap.set(new Trap(key, act));
    }

    private URI at(String path) {
        return URI.create("http://127.0.0.1:" + server.getPort() + path);
    }

    private java.net.http.HttpResponse<byte[]> send(HttpRequest request) throws IOException {
        try {
            return client.send(request, BodyHandlers.ofByteArray());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped", e);
        }
    }

    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (stalled) {
                closing.await();
                return;
            }
            if (status != 0) {
                var error = "<Error><Code>No</Code><Message>not today</Message></Error>".getBytes(UTF_8);
                exchange.sendResponseHeaders(status, error.length);
                exchange.getResponseBody().write(error);
                return;
            }
            var known = trap.get();
            if (known != null
                    && exchange.getRequestURI().getPath().endsWith("/" + known.key)
                    && trap.compareAndSet(known, null)) {
                known.act.run();
            }
            var request = HttpRequest.newBuilder(at(exchange.getRequestURI().toString()));
            exchange.getRequestHeaders().forEach((header, values) -> {
                if (!Set.of("host", "connection", "content-length", "expect")
                                .contains(header.toLowerCase(java.util.Locale.ROOT))
                        && !header.equalsIgnoreCase("Authorization")) {
                    values.forEach(value -> request.header(header, value));
                }
            });
            var reply = send(request.build());
            reply.headers().map().forEach((header, values) -> {
                if (!header.equals("content-length") && !header.equals("transfer-encoding")) {
                    exchange.getResponseHeaders().put(header, values);
                }
            });
            exchange.sendResponseHeaders(reply.statusCode(), reply.body().length == 0 ? -1 : reply.body().length);
            exchange.getResponseBody().write(reply.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        closing.countDown();
        door.stop(0);
        try {
            server.stop();
        } catch (Exception e) { // Jetty declares Exception
            throw new IOException("stopping the S3 server", e);
        }
        client.close();
        try (var all = Files.walk(root)) {
            for (var each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
