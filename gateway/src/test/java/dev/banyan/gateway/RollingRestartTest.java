package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways that are stopped, or killed, and started in turn, under clients that go over to the other one as a balancer does. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
class RollingRestartTest {

    private static final int CLIENTS = 8;
    private static final int CUSTOMERS = 40;

    /** A connection carries so many requests before its client turns to the other gateway. */
    private static final int TURN = 20;

    /** How long a gateway says that it stops before it does, where somebody looks: longer than any test. */
    private static final int UNREADY_SECONDS = 3_600;

    /** What each gateway serves between two stops. */
    private static final int SERVED_BETWEEN = 100;

    @TempDir
    Path folder;

    private ScriptedServer legacy;
    private ScriptedServer candidate;
    private final List<GatewayProcess> gateways = new ArrayList<>();
    private final AtomicIntegerArray ports = new AtomicIntegerArray(2);
    private final AtomicIntegerArray served = new AtomicIntegerArray(2);
    private final AtomicIntegerArray clients = new AtomicIntegerArray(2);
    private final AtomicInteger askedAgain = new AtomicInteger();
    private final Map<String, String> sides = new ConcurrentHashMap<>();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    /** Where a balancer sends requests, by what it has seen last; null when it sends them anywhere. */
    private volatile @Nullable AtomicIntegerArray ready;

    private volatile boolean running = true;

    @BeforeEach
    void startBackends() throws Exception {
        legacy = backend("legacy");
        candidate = backend("candidate");
        Files.createDirectories(folder.resolve("rules"));
        Files.writeString(folder.resolve("rules/rules.yaml"), """
                backends:
                  - {name: legacy, url: "%s", baseline: true}
                  - {name: new, url: "%s"}
                cohorts:
                  - {name: shopper, key: [{header: X-Customer}], salt: s}
                routes:
                  - {name: split, matches: [{path: {value: /}}], candidate: new, cohort: shopper, stage: live, weight: 50%%}
                """.formatted(legacy.url(), candidate.url()));
    }

    private static ScriptedServer backend(String name) throws IOException {
        var server = new ScriptedServer(name);
        server.on("/", (_, wire) -> {
            LockSupport.parkNanos(60_000_000); // so that a stop comes while calls are in flight
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + name.length() + "\r\n\r\n" + name);
        });
        return server;
    }

    private void start(int gateway) throws Exception {
        Path own = Files.createDirectories(folder.resolve("gateway-" + gateway));
        var started = GatewayProcess.start(
                own,
                List.of(),
                List.of(),
                List.of(
                        "--rules",
                        folder.resolve("rules").toString(),
                        "--reveal",
                        "--unready",
                        ready == null ? "0" : Integer.toString(UNREADY_SECONDS)));
        if (gateway < gateways.size()) {
            gateways.set(gateway, started);
        } else {
            gateways.add(started);
        }
        ports.set(gateway, started.port());
    }

    @AfterEach
    void stop() throws IOException {
        running = false;
        gateways.forEach(GatewayProcess::close);
        legacy.close();
        candidate.close();
    }

    /** One of the two; the long runs below take turns. */
    @Test
    void noRequestFailsAndNobodyChangesSides() throws Exception {
        run(1, false);
    }

    @Test
    void aBalancerThatLooksWhoIsReadyNeverFindsAClosedPort() throws Exception {
        var seen = new AtomicIntegerArray(2);
        ready = seen;
        start(0);
        start(1);
        look(0);
        look(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CLIENTS; i++) {
                int number = i;
                threads.execute(() -> ask(number));
            }
            try {
                servedBy(0);
                servedBy(1);
                gateways.get(0).signal("TERM");
                TestGateway.await("it says that it stops, and nobody is left who was sent there", () -> {
                    look(0);
                    look(1);
                    return !isWanted(0) && clients.get(0) == 0;
                });
                gateways.get(0).close();
                servedBy(1);
                start(0);
                look(0);
                servedBy(0);
            } finally {
                running = false;
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(askedAgain).hasValue(0);
    }

    /** Looks, as a balancer does, whether a gateway wants requests. */
    private void look(int gateway) {
        boolean up;
        try (var wire = Wire.to(gateways.get(gateway).adminPort())) {
            up = wire.send("GET /health/readiness HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    .reply()
                    .startsWith("HTTP/1.1 200");
        } catch (IOException e) {
            up = false;
        }
        AtomicIntegerArray seen = ready;
        if (seen != null) {
            seen.set(gateway, up ? 1 : 0);
        }
    }

    private boolean isWanted(int gateway) {
        AtomicIntegerArray seen = ready;
        return seen == null || seen.get(gateway) == 1;
    }

    @Test
    @Tag("soak")
    void noRequestFailsAndNobodyChangesSidesForLong() throws Exception {
        run(Integer.getInteger("soak.restarts", 40), false);
    }

    @Test
    @Tag("soak")
    void noReplyIsWrongWhenGatewaysAreKilled() throws Exception {
        run(Integer.getInteger("soak.restarts", 50), true);
    }

    private void run(int restarts, boolean kill) throws Exception {
        start(0);
        start(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CLIENTS; i++) {
                int number = i;
                threads.execute(() -> ask(number));
            }
            try {
                for (int i = 0; i < restarts; i++) {
                    servedBy(0);
                    servedBy(1);
                    restart(i % 2, kill);
                }
                servedBy(0);
                servedBy(1);
            } finally {
                running = false;
            }
        }
        System.out.printf(
                "%d restarts: %d and %d served, %d asked again since their connection had closed before a byte of the reply%n",
                restarts, served.get(0), served.get(1), askedAgain.get());
        assertThat(wrong).isEmpty();
        assertThat(sides.values()).contains("legacy", "candidate");
    }

    private void servedBy(int gateway) throws Exception {
        int enough = served.get(gateway) + SERVED_BETWEEN;
        TestGateway.await("served by " + gateway, () -> served.get(gateway) >= enough);
    }

    private void restart(int gateway, boolean kill) throws Exception {
        Process process = gateways.get(gateway).process();
        gateways.get(gateway).signal(kill ? "KILL" : "TERM");
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(128 + (kill ? 9 : 15));
        servedBy(1 - gateway);
        start(gateway);
    }

    private void ask(int number) {
        int at = number % 2;
        int asked = number;
        while (running) {
            clients.incrementAndGet(at); // before it looks whether to go there, so that who sees none is right
            if (isWanted(at)) {
                asked = takeATurn(at, asked);
            }
            clients.decrementAndGet(at);
            at = 1 - at;
        }
    }

    private int takeATurn(int at, int first) {
        int asked = first;
        try (var wire = Wire.to(ports.get(at))) {
            boolean open = true;
            for (int i = 0; i < TURN && open && running && isWanted(at); i++) {
                open = ask(wire, at, "c" + asked++ % CUSTOMERS);
            }
        } catch (IOException e) {
            // nobody listens there: the other does
            if (ready != null) {
                wrong.add("sent to a closed port: " + e);
            }
        }
        return asked;
    }

    /** Asks once, and returns whether the connection may be used again. What was not answered at all is asked of the other gateway. */
    private boolean ask(Wire wire, int gateway, String customer) {
        String reply = reply(wire, "GET /x HTTP/1.1\r\nHost: a\r\nX-Customer: " + customer + "\r\n\r\n");
        if (reply.isEmpty()) {
            askedAgain.incrementAndGet();
            return false;
        }
        String side = reply.substring(reply.indexOf("\r\n\r\n") + 4);
        String before = sides.computeIfAbsent(customer, _ -> side);
        if (!reply.startsWith("HTTP/1.1 200 ") || !side.equals(before)) {
            wrong.add(customer + " of " + before + " got: " + reply);
        }
        served.incrementAndGet(gateway);
        return !reply.toLowerCase(java.util.Locale.ROOT).contains("\r\nconnection: close\r\n");
    }

    /** Returns what came, however little; nothing for a connection that was closed before that. */
    private static String reply(Wire wire, String request) {
        String first = "";
        try {
            first = wire.send(request).bytes(1);
            return first.isEmpty() ? "" : first + wire.reply();
        } catch (IOException e) {
            return first.isEmpty() ? "" : first + ": " + e;
        }
    }
}
