package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Thousands at a gateway with 256 MB of heap that only hold on: open event streams, clients that are slow in every way, and clients that leave in
 * the middle. The streams live on, the backend is told of everyone who left, and the others are served about as soon as before.
 */
@Tag("soak")
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
class CrowdTest {

    private static final int STREAMS = 2_000;
    private static final int SLOW = 2_000;
    private static final int LEAVING = 10_000;
    private static final int LEAVING_AT_ONCE = 50;
    private static final int OTHERS = 4;
    private static final int ASKED = 500;
    private static final int BIG = 4_000_000;
    private static final String PIECE = "x".repeat(10_000);

    /** The slowest hundredth may take so many times what it took alone, and so much more: all clients here use the same processors. */
    private static final int TIMES = 10;

    private static final double MORE_MILLIS = 500;

    @TempDir
    Path folder;

    private final CountDownLatch secondEvent = new CountDownLatch(1);
    private final CountDownLatch allAreSlow = new CountDownLatch(1);
    private final AtomicInteger asking = new AtomicInteger();

    @Test
    void othersAreServedBesideThousandsWhoHoldOnOrLeave() throws Exception {
        var over = new AtomicBoolean();
        try (var server = backend();
                var gateway = GatewayProcess.start(
                        folder, List.of(), List.of("-Xmx256m"), List.of("--legacy", server.url()));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                run(gateway.port(), threads, over);
            } finally {
                over.set(true);
            }
            assertThat(gateway.said()).doesNotContain("Exception");
        }
    }

    private void run(int port, ExecutorService threads, AtomicBoolean over) throws Exception {
        ask(threads, port, new AtomicBoolean(), ASKED);
        double alone = ask(threads, port, new AtomicBoolean(), ASKED);
        List<Wire> streams = openStreams(port);
        Future<?> slow = threads.submit(() -> beSlow(port, over));
        allAreSlow.await();
        double crowded = ask(threads, port, new AtomicBoolean(), ASKED);
        var left = new AtomicBoolean();
        Future<Double> beside = threads.submit(() -> ask(threads, port, left, Integer.MAX_VALUE));
        try {
            leave(threads, port);
        } finally {
            left.set(true);
        }
        double leaving = beside.get();
        TestGateway.await("the backend is told of all who left", () -> asking.get() == 0);
        secondEvent.countDown();
        for (Wire each : streams) {
            assertThat(each.until("data: 2\n\n")).endsWith("data: 2\n\n");
            each.close();
        }
        over.set(true);
        slow.get();
        System.out.printf(
                "the slowest hundredth of the others: alone %.1f ms, beside %d streams and %d slow clients %.1f ms, and %d who leave %.1f ms%n",
                alone, STREAMS, SLOW, crowded, LEAVING, leaving);
        assertThat(List.of(crowded, leaving)).allMatch(millis -> millis < TIMES * alone + MORE_MILLIS);
    }

    private ScriptedServer backend() throws IOException {
        // A queue that takes all who come while this machine is busy with the clients.
        var server = new ScriptedServer("legacy", new ServerSocket(0, 4_096, InetAddress.getLoopbackAddress()));
        server.on("/events", (_, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
            DrainTest.await(secondEvent);
            wire.send("data: 2\n\n");
            wire.until("never");
        });
        server.on("/big", (_, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + BIG + "\r\n\r\n");
            for (int sent = 0; sent < BIG; sent += PIECE.length()) {
                wire.send(PIECE);
            }
        });
        server.on("/up", (_, wire) -> wire.bytes(BIG));
        server.on("/leave", (head, wire) -> {
            asking.incrementAndGet();
            try {
                wire.send(head.contains("/part") ? "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\npart" : "");
                wire.until("never");
            } finally {
                asking.decrementAndGet();
            }
        });
        return server;
    }

    /** Returns in how many milliseconds 99 of 100 were served; all must be. */
    private static double ask(ExecutorService threads, int port, AtomicBoolean over, int most) throws Exception {
        List<Future<List<Long>>> all = new ArrayList<>();
        for (int i = 0; i < OTHERS; i++) {
            all.add(threads.submit(() -> FloodTest.asking(port, over, most)));
        }
        List<Long> nanos = new ArrayList<>();
        for (Future<List<Long>> each : all) {
            nanos.addAll(each.get());
        }
        nanos.sort(null);
        return nanos.get(nanos.size() * 99 / 100) / 1e6;
    }

    private static List<Wire> openStreams(int port) throws IOException {
        List<Wire> streams = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            Wire stream = Wire.to(port).send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
            stream.until("data: 1\n\n");
            streams.add(stream);
        }
        return streams;
    }

    /** Thousands of clients who do a little each second; who is cut off comes again. */
    private void beSlow(int port, AtomicBoolean over) {
        @Nullable Wire[] slow = new Wire[SLOW];
        while (!over.get()) {
            for (int i = 0; i < SLOW && !over.get(); i++) {
                slow[i] = alittle(port, slow[i], i % 3);
            }
            allAreSlow.countDown();
            LockSupport.parkNanos(1_000_000_000);
        }
        for (Wire each : slow) {
            close(each);
        }
    }

    private static @Nullable Wire alittle(int port, @Nullable Wire open, int kind) {
        try {
            if (open == null) {
                return Wire.to(port)
                        .send(
                                switch (kind) {
                                    case 0 -> "GET / HTTP/1.1\r\n";
                                    case 1 -> "POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: " + BIG + "\r\n\r\n";
                                    default -> "GET /big HTTP/1.1\r\nHost: a\r\n\r\n";
                                });
            }
            switch (kind) {
                case 0 -> open.send("X-A: b\r\n");
                case 1 -> open.send("x".repeat(100));
                default -> open.bytes(100);
            }
            return open;
        } catch (IOException e) {
            close(open);
            return null;
        }
    }

    private static void close(@Nullable Wire wire) {
        try {
            if (wire != null) {
                wire.close();
            }
        } catch (IOException e) {
            // it is closed
        }
    }

    /** Half of them before the head of their reply, half of them in the middle of its body. */
    private static void leave(ExecutorService threads, int port) throws Exception {
        var free = new Semaphore(LEAVING_AT_ONCE);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < LEAVING; i++) {
            String target = i % 2 == 0 ? "/leave/silent" : "/leave/part";
            free.acquire();
            all.add(threads.submit(() -> {
                try (var wire = Wire.to(port)) {
                    wire.send("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
                    if (target.endsWith("part")) {
                        wire.until("part");
                    }
                    wire.reset();
                } finally {
                    free.release();
                }
                return null;
            }));
        }
        for (Future<?> each : all) {
            each.get();
        }
    }
}
