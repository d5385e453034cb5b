package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.sun.net.httpserver.HttpServer;
import dev.banyan.gateway.live.RulesInForce;
import dev.banyan.rules.Backend;
import dev.banyan.rules.Match;
import dev.banyan.rules.Route;
import dev.banyan.rules.RuleSet;
import dev.banyan.rules.Stage;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

class ReloadUnderLoadTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"CHAIN, 1000, 0", "HTTP2, 1000, 0", "LEAN, 10000, 0", "LEAN, 4, 10000"})
    void howeverManySwapsFailNoRequestAndMixNoDecision(Way way, int swaps, int others) throws Exception {
        swap(way, swaps, others);
    }

    @Test
    @Tag("soak")
    void norDoSwapsOfAHundredThousandRules() throws Exception {
        swap(Way.LEAN, 3, 100_000);
    }

    private void swap(Way way, int swaps, int others) throws Exception {
        HttpServer one = named("one");
        HttpServer two = named("two");
        URI urlOne = url(one.getAddress().getPort());
        URI urlTwo = url(two.getAddress().getPort());
        // Each set is consistent in itself: route "to-one" leads to backend one and exists only in the first.
        RuleSet first = rules(urlOne, urlTwo, "to-one", "one", others);
        RuleSet second = rules(urlOne, urlTwo, "to-two", "two", others);
        var wrong = new ConcurrentLinkedQueue<String>();
        var served = new AtomicInteger();
        var running = new AtomicBoolean(true);
        var swapLog = (Logger) LoggerFactory.getLogger(RulesInForce.class);
        TestGateway.take(way);
        String start = "backends: [{name: legacy, url: '" + urlOne + "', baseline: true}]";
        try (var gateway = TestGateway.start(folder, start);
                var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            swapLog.setLevel(Level.WARN); // each swap is a line, and writing those took most of the time
            gateway.gateway().rules().swapIn(first);
            for (int i = 0; i < 4; i++) {
                clients.execute(() -> ask(gateway.port(), running, wrong, served));
            }
            long nanos = 0;
            long heapOfTwo = 0;
            List<WeakReference<Object>> swappedOut = new ArrayList<>();
            for (int i = 0; i < swaps; i++) {
                int before = served.get();
                swappedOut.add(new WeakReference<>(gateway.gateway().rules().current()));
                long since = System.nanoTime();
                gateway.gateway().rules().swapIn(i % 2 == 0 ? second : first);
                nanos += System.nanoTime() - since;
                if (others > 0) {
                    TestGateway.await("some were served", () -> served.get() > before + 20);
                    heapOfTwo = i == 0 ? usedHeap() : heapOfTwo;
                }
            }
            System.out.printf("%,d swaps of %,d rules: %,d us each%n", swaps, others, nanos / 1000 / swaps);
            if (others > 0) {
                assertThat(usedHeap()).as("no more is kept").isLessThan(heapOfTwo + heapOfTwo / 4);
                TestGateway.await("what is no longer in force is let go", () -> {
                    System.gc();
                    return swappedOut.stream().allMatch(each -> each.refersTo(null));
                });
            }
            TestGateway.await("enough were served", () -> served.get() >= 200);
            running.set(false);
            clients.shutdown();
        } finally {
            swapLog.setLevel(null);
            one.stop(0);
            two.stop(0);
        }
        assertThat(wrong).isEmpty();
        assertThat(served.get()).isGreaterThanOrEqualTo(200);
    }

    /** Bytes of the heap that are in use when it has been collected. */
    private static long usedHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    static void ask(int port, AtomicBoolean running, Queue<String> wrong, AtomicInteger served) {
        try (var client = HttpClient.newHttpClient()) {
            while (running.get()) {
                var reply = client.send(
                        HttpRequest.newBuilder(url(port).resolve("/x")).build(), HttpResponse.BodyHandlers.ofString());
                String route = reply.headers().firstValue("X-Banyan-Route").orElse("none");
                boolean consistent = route.equals("to-" + reply.body())
                        && reply.headers()
                                .firstValue("X-Banyan-Backend")
                                .orElse("")
                                .equals(reply.body());
                if (reply.statusCode() != 200 || !consistent) {
                    wrong.add(reply.statusCode() + " " + route + " " + reply.body());
                }
                served.incrementAndGet();
            }
        } catch (java.io.IOException e) {
            wrong.add(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static RuleSet rules(URI one, URI two, String route, String candidate, int others) {
        var routes = new ArrayList<>(List.of(route(route, "/x", candidate)));
        for (int i = 0; i < others; i++) {
            routes.add(route("other-" + i, "/others/" + i, candidate));
        }
        return RuleSet.of(
                List.of(Backend.baseline("legacy", one), Backend.candidate("one", one), Backend.candidate("two", two)),
                List.of(),
                routes);
    }

    private static Route route(String name, String prefix, String candidate) {
        return Route.named(name)
                .matches(Match.path(Match.Path.prefix(prefix)))
                .candidate(candidate)
                .stage(Stage.COMPLETE)
                .fallback(false)
                .build();
    }

    private static URI url(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }

    static HttpServer named(String name) throws java.io.IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, name.length());
            exchange.getResponseBody().write(name.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            exchange.close();
        });
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        return server;
    }
}
