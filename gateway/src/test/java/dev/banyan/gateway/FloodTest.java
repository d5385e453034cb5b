package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.faults.ControlGroup;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Clients that attack beside clients that do not, at a gateway with little memory: the others are served, all of them, and the attack
 * costs the gateway little more than the attackers. Times are printed and decide nothing.
 */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
class FloodTest {

    private static final int MEMORY_MIB = 320;
    private static final int ATTACKERS = 2;
    private static final int HONEST = 4;
    private static final int ASKED = 250;

    /** Between two requests of one of the others: what they cost is known by measuring alone, so it must not be most of all. */
    private static final long PAUSE_NANOS = 1_000_000;

    /** Envoy calls 100 times a fault of its own; a start of the JVM's compiler in the middle of it is part of this. */
    private static final int COST_MAX = 10;

    private static final Duration COST_FREE = Duration.ofSeconds(1);

    /** Of more than 4,000 requests that are taken back as soon as they are sent, how many a backend may see. */
    private static final int TAKEN_BACK_MAX = 400;

    @TempDir
    static Path folder;

    private static Optional<ControlGroup> group = Optional.empty();
    private static ScriptedServer server;
    private static GatewayProcess gateway;
    private static double honestNanos;

    @BeforeAll
    static void start() throws Exception {
        group = ControlGroup.ofMemory((long) MEMORY_MIB << 20);
        server = new ScriptedServer("legacy");
        server.on("/silent", (_, wire) -> wire.until("never"));
        server.on("/big", (_, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n");
            wire.send("x".repeat(4_000_000));
        });
        Files.createDirectories(folder.resolve("rules"));
        Files.writeString(folder.resolve("rules/rules.yaml"), """
                backends:
                  - {name: legacy, url: "%s", baseline: true}
                """.formatted(server.url()));
        gateway = GatewayProcess.start(
                folder,
                group.map(ControlGroup::prefix).orElse(List.of()),
                List.of("-XX:+ExitOnOutOfMemoryError", "-Xmx96m", "-XX:MaxDirectMemorySize=96m"),
                List.of(
                        "--rules",
                        folder.resolve("rules").toString(),
                        "--http2-port",
                        "0",
                        "--client-head-timeout",
                        "1",
                        "--client-idle-timeout",
                        "20",
                        "--client-stall-timeout",
                        "1"));
        warmUp();
    }

    private static void warmUp() throws Exception {
        for (Attack each : Attack.values()) {
            each.once();
        }
        ask();
        Duration before = used();
        ask();
        honestNanos = (double) used().minus(before).toNanos() / HONEST / ASKED;
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        group.ifPresent(ControlGroup::close);
        server.close();
    }

    /** What the gateway has had of processors. */
    private static Duration used() {
        return gateway.process().info().totalCpuDuration().orElseThrow();
    }

    enum Attack {
        SLOW_HEADS(1) {
            @Override
            void once() throws IOException {
                List<Wire> slow = new ArrayList<>();
                for (int i = 0; i < 150; i++) {
                    slow.add(Wire.to(gateway.port()).send("GET / HTTP/1.1\r\n"));
                }
                boolean open = true;
                while (open) {
                    open = false;
                    for (Wire each : slow) {
                        open |= tries(() -> each.send("X-A: b\r\n"));
                    }
                    LockSupport.parkNanos(50_000_000);
                }
                close(slow);
            }
        },
        CONNECTIONS(5) {
            @Override
            void once() throws IOException {
                List<Wire> silent = new ArrayList<>();
                for (int i = 0; i < 300; i++) {
                    silent.add(Wire.to(gateway.port()));
                }
                close(silent);
            }
        },
        RAPID_RESET(10) {
            @Override
            void once() throws IOException {
                many(2_000, (client, i) -> client.getAndReset(2 * i + 1, "/silent"));
            }
        },
        PINGS(10) {
            @Override
            void once() throws IOException {
                many(5_000, (client, _) -> client.frame(Http2Wire.PING, 0, 0, new byte[8]));
            }
        },
        LONG_HEADS(50) {
            @Override
            void once() throws IOException {
                try (var client = Wire.to(gateway.port())) {
                    client.sendIfOpen(
                            "GET / HTTP/1.1\r\nHost: a\r\n" + ("X-A: " + "y".repeat(8_000) + "\r\n").repeat(100));
                    client.ends();
                }
            }
        },
        /** One name of 4 KB that takes a byte each further time: 16 KB say 64 MB. */
        SMALL_HEADS_THAT_MEAN_MUCH(50) {
            @Override
            void once() throws IOException {
                byte[] bomb = Http2Wire.bomb(11_000);
                many(50, (client, i) -> client.frame(Http2Wire.HEADERS, 5, 2 * i + 1, bomb));
            }
        },
        /** All of them have the same hash as strings. */
        NAMES_THAT_COLLIDE(200) {
            @Override
            void once() throws IOException {
                var head = new StringBuilder("GET / HTTP/1.1\r\nHost: a\r\n");
                for (int i = 0; i < 64; i++) {
                    for (int bit = 0; bit < 6; bit++) {
                        head.append((i >> bit & 1) == 0 ? "Aa" : "BB");
                    }
                    head.append(": 1\r\n");
                }
                try (var client = Wire.to(gateway.port())) {
                    assertThat(client.send(head + "\r\n").reply()).startsWith("HTTP/1.1 ");
                }
            }
        },
        WINDOWS_THAT_STAY_SHUT(1) {
            @Override
            void once() throws IOException {
                try (var client = Http2Wire.to(gateway.http2Port())) {
                    for (int i = 0; i < 50; i++) {
                        client.get(2 * i + 1, "/big");
                    }
                    for (int i = 0; i < 50; i++) {
                        client.await(frame -> frame.type() == Http2Wire.RST_STREAM);
                    }
                }
            }
        };

        private final int rounds;

        Attack(int rounds) {
            this.rounds = rounds;
        }

        abstract void once() throws IOException;
    }

    private interface Frames {
        void write(Http2Wire client, int round) throws IOException;
    }

    /** Writes so many frames over one connection, or fewer if it is closed. */
    private static void many(int count, Frames frames) throws IOException {
        tries(() -> {
            try (var client = Http2Wire.to(gateway.http2Port())) {
                for (int i = 0; i < count; i++) {
                    frames.write(client, i);
                }
            }
        });
    }

    private interface Sending {
        void run() throws IOException;
    }

    private static boolean tries(Sending sending) throws IOException {
        try {
            sending.run();
            return true;
        } catch (SocketException e) {
            return false; // closed, as it should be
        }
    }

    private static void close(List<Wire> wires) throws IOException {
        for (Wire each : wires) {
            each.close();
        }
    }

    /** Has the others ask some times each, with no attack beside them. */
    private static void ask() throws Exception {
        try (var virtual = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<List<Long>> each :
                    submit(HONEST, virtual, () -> asking(gateway.port(), new AtomicBoolean(), ASKED))) {
                each.get();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Attack.class)
    void othersAreServedAndItCostsLittleMoreThanItCosts(Attack attack) throws Exception {
        var over = new AtomicBoolean();
        Duration before = used();
        long attackers = 0;
        List<Long> honest = new ArrayList<>();
        try (var platform = Executors.newFixedThreadPool(ATTACKERS);
                var virtual = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Long>>> served =
                    submit(HONEST, virtual, () -> asking(gateway.port(), over, Integer.MAX_VALUE));
            List<Future<Long>> attacking = submit(ATTACKERS, platform, () -> attacking(attack));
            try {
                for (Future<Long> each : attacking) {
                    attackers += each.get();
                }
            } finally {
                over.set(true);
            }
            for (Future<List<Long>> each : served) {
                honest.addAll(each.get());
            }
        }
        double cost = used().minus(before).toNanos() - honest.size() * honestNanos;
        say(attack, honest, attackers, cost);
        assertThat(cost).isLessThan(COST_FREE.toNanos() + (double) COST_MAX * attackers);
        // Each would cost the backend a connection, and its queue of those is what the others would wait in.
        assertThat(server.heads("/silent")).hasSizeLessThan(TAKEN_BACK_MAX);
        assertThat(gateway.process().isAlive()).as(gateway.said()).isTrue();
        if (group.isPresent()) {
            assertThat(group.get().killed()).isZero();
        }
        try (var streams = Http2Wire.to(gateway.http2Port())) {
            assertThat(streams.get(1, "/after").reply(1)).isEqualTo("200 legacy");
        }
    }

    private static void say(Attack attack, List<Long> honest, long attackers, double cost) {
        honest.sort(null);
        System.out.printf(
                "%s: %d others served, median %.1f ms, 99 %% in %.1f ms; attackers used %d ms, the gateway %.0f ms for them%n",
                attack,
                honest.size(),
                honest.get(honest.size() / 2) / 1e6,
                honest.get(honest.size() * 99 / 100) / 1e6,
                attackers / 1_000_000,
                cost / 1e6);
    }

    private static <T> List<Future<T>> submit(int count, ExecutorService to, Callable<T> work) {
        List<Future<T>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(to.submit(work));
        }
        return all;
    }

    /** Returns what this thread has used of processors. */
    private static long attacking(Attack attack) throws IOException {
        for (int i = 0; i < attack.rounds; i++) {
            attack.once();
        }
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** Returns how many nanoseconds each call took, of which none may fail. */
    static List<Long> asking(int port, AtomicBoolean over, int most) throws IOException {
        List<Long> nanos = new ArrayList<>();
        try (var client = Wire.to(port)) {
            while (nanos.isEmpty() || (!over.get() && nanos.size() < most)) {
                long began = System.nanoTime();
                assertThat(client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n").reply())
                        .startsWith("HTTP/1.1 200")
                        .endsWith("legacy");
                nanos.add(System.nanoTime() - began);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        return nanos;
    }
}
