package dev.banyan.gateway;

import static dev.banyan.gateway.TestGateway.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** WebSockets on which both ends send as fast as they can, and read by fits and starts or not at all. */
@ParameterizedClass
@EnumSource(
        value = Way.class,
        names = {"LEAN", "EPOLL"})
class TunnelPressureTest {

    private static final int TUNNELS = 8;
    private static final int MIB = 1 << 20;

    /** More than a client's system takes in by itself, and little enough for the buffers of both systems on hardened hosts. */
    private static final int HELD = MIB / 4;

    private static final long STILL_NANOS = TimeUnit.SECONDS.toNanos(30);

    @Parameter
    Way way;

    @TempDir
    Path folder;

    private final AtomicLong moved = new AtomicLong();

    @Test
    void whateverBothEndsSendAtOnceArrives() throws Exception {
        send(4 * MIB);
    }

    @Test
    @Tag("soak")
    void howeverMuchBothEndsSendAtOnceArrives() throws Exception {
        send(Integer.getInteger("soak.mib", 500) * (long) MIB);
    }

    /** First the client sends although it takes nothing; then it takes what there is although its backend takes nothing, and goes on sending. */
    @Test
    void aClientIsReadAsLongAsItsBackendTakesWhateverTheClientTakes() throws Exception {
        withTunnels(1, (_, ends, threads) -> {
            Socket client = ends.getFirst();
            Socket backend = ends.getLast();
            Future<Void> down = threads.submit(writing(backend, 1, 16 * MIB));
            await("the client is sent no more", this::isStill);
            Future<Void> up = threads.submit(writing(client, 0, 16 * MIB));
            reading(backend, 0, 16 * MIB).call();
            up.get();
            reading(client, 1, 16 * MIB).call();
            down.get();

            moved.set(0);
            up = threads.submit(writing(client, 0, Long.MAX_VALUE));
            down = threads.submit(writing(backend, 1, 16 * MIB));
            await("both are stuck", this::isStill);
            reading(client, 1, 16 * MIB).call();
            down.get();
            await("no more is taken in", () -> {
                assertThat(moved.get()).isLessThan(128 * MIB);
                return isStill();
            });
            client.close();
            assertThatThrownBy(up::get).hasCauseInstanceOf(IOException.class);
        });
    }

    @Test
    void aClientThatLeavesTakesABackendWithItThatTakesNothingMore() throws Exception {
        withTunnels(1, (gateway, ends, threads) -> {
            Socket client = ends.getFirst();
            Socket backend = ends.getLast();
            Future<Void> up = threads.submit(writing(client, 0, Long.MAX_VALUE));
            Future<Void> down = threads.submit(writing(backend, 1, Long.MAX_VALUE));
            await("both are stuck", () -> isStill());
            assertThat(gateway.inFlight("legacy")).isEqualTo(1);
            client.setSoLinger(true, 0);
            client.close();
            await("let go", () -> gateway.inFlight("legacy") == 0);
            assertThatThrownBy(up::get).hasCauseInstanceOf(IOException.class);
            assertThatThrownBy(down::get).hasCauseInstanceOf(IOException.class);
        });
    }

    /** What has left lies with the system, which throws it away if more comes to a connection that is closed. */
    @Test
    void whoTakesSlowlyAndGoesOnSendingGetsAllThatABackendSaysBeforeItEnds() throws Exception {
        withTunnels(2, (gateway, ends, _) -> {
            Socket slow = ends.get(0);
            Socket quick = ends.get(2);
            ends.get(1).getOutputStream().write(new byte[HELD]);
            ends.get(1).close();
            await("all has left", () -> gateway.inFlight("legacy") == 1);
            ends.get(3).close();
            assertThat(quick.getInputStream().read()).isNegative();
            await("who has it all is cut", () -> !takesAByte(quick));
            byte[] taken = new byte[HELD];
            for (int count = 0; count < HELD; ) {
                takesAByte(slow);
                int read = slow.getInputStream().read(taken, count, Math.min(HELD / 16, HELD - count));
                assertThat(read).as("after %d bytes", count).isPositive();
                count += read;
            }
            assertThat(slow.getInputStream().read()).isNegative();
        });
    }

    private static boolean takesAByte(Socket end) {
        try {
            end.getOutputStream().write(0);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether nothing has moved for a while. */
    private boolean isStill() throws InterruptedException {
        long before = moved.get();
        Thread.sleep(300);
        return before > 0 && moved.get() == before;
    }

    private void send(long bytes) throws Exception {
        withTunnels(TUNNELS, (_, ends, threads) -> all(threads, ends, bytes));
    }

    private interface Use {
        void of(TestGateway gateway, List<Socket> ends, ExecutorService threads) throws Exception;
    }

    /** Opens so many tunnels; the ends are a client's and its backend's in turn. */
    private void withTunnels(int count, Use use) throws Exception {
        TestGateway.take(way);
        BlockingQueue<Wire> calls = new LinkedBlockingQueue<>();
        try (var server = new ScriptedServer("legacy");
                var gateway = TestGateway.start(folder, """
                backends:
                  - {name: legacy, url: "%s", baseline: true, timeouts: {request: 1s}}
                """.formatted(server.url()));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            server.on("/ws", (_, wire) -> {
                wire.send(StreamsTest.SWITCHED);
                calls.add(wire);
                StreamsTest.hold(wire);
            });
            List<Socket> ends = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Wire client = gateway.wire().send(StreamsTest.UPGRADE);
                client.until("\r\n\r\n");
                ends.add(client.socket());
                ends.add(calls.take().socket());
            }
            try {
                use.of(gateway, ends, threads);
            } finally {
                for (Socket end : ends) {
                    end.close();
                }
            }
        }
    }

    private void all(ExecutorService threads, List<Socket> ends, long bytes) throws Exception {
        List<Future<Void>> results = new ArrayList<>();
        for (int i = 0; i < ends.size(); i++) {
            Socket end = ends.get(i);
            end.setSoTimeout(0);
            int seed = i;
            results.add(threads.submit(writing(end, seed, bytes)));
            results.add(threads.submit(reading(end, seed ^ 1, bytes)));
        }
        long before = -1;
        long since = System.nanoTime();
        while (!results.stream().allMatch(Future::isDone)) {
            long now = moved.get();
            if (now != before) {
                before = now;
                since = System.nanoTime();
            }
            assertThat(System.nanoTime() - since)
                    .as("nothing has moved since %d bytes", now)
                    .isLessThan(STILL_NANOS);
            Thread.sleep(20);
        }
        for (Future<Void> each : results) {
            each.get();
        }
    }

    private Callable<Void> writing(Socket end, long seed, long bytes) {
        return () -> {
            var random = new SplittableRandom(seed);
            var stalls = new SplittableRandom();
            byte[] piece = new byte[MIB];
            for (long sent = 0; sent < bytes; sent += piece.length) {
                random.nextBytes(piece);
                for (int from = 0; from < piece.length; ) {
                    int length = Math.min(1 + stalls.nextInt(200_000), piece.length - from);
                    end.getOutputStream().write(piece, from, length);
                    from += length;
                    moved.addAndGet(length);
                    stall(stalls);
                }
            }
            return null;
        };
    }

    private Callable<Void> reading(Socket end, long seed, long bytes) {
        return () -> {
            var random = new SplittableRandom(seed);
            var stalls = new SplittableRandom();
            byte[] expected = new byte[MIB];
            byte[] piece = new byte[MIB];
            for (long got = 0; got < bytes; got += piece.length) {
                random.nextBytes(expected);
                for (int from = 0; from < piece.length; ) {
                    int length = Math.min(1 + stalls.nextInt(200_000), piece.length - from);
                    if (end.getInputStream().readNBytes(piece, from, length) < length) {
                        throw new IOException("ended after " + (got + from));
                    }
                    from += length;
                    moved.addAndGet(length);
                    stall(stalls);
                }
                assertThat(piece).isEqualTo(expected);
            }
            return null;
        };
    }

    private static void stall(SplittableRandom stalls) {
        if (stalls.nextInt(4) == 0) {
            LockSupport.parkNanos(stalls.nextInt(3_000_000));
        }
    }
}
