package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.faults.ControlGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three times the calls that a gateway can carry with its share of a processor, from callers who do not wait for each other and hang up after a
 * second. They keep connections and open one where none is free, or open one for each call.
 */
@Tag("soak")
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
class BusyGatewayTest {

    private static final int LOAD = Integer.getInteger("busy.load", 3);
    private static final int SECONDS = Integer.getInteger("soak.seconds", 20);
    private static final int PERCENT = Integer.getInteger("busy.percent", 10);
    private static final int PEAK_SECONDS = 5;
    private static final int PATIENCE_MILLIS = 1_000;
    private static final int CALLERS = 64;
    private static final String REQUEST = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

    @TempDir
    Path folder;

    private final AtomicInteger worked = new AtomicInteger();

    /** Connections that wait for their next call, the one used last first. */
    private final ConcurrentLinkedDeque<Wire> idle = new ConcurrentLinkedDeque<>();

    private boolean keeps;
    private int port;

    /** What came of the calls of a while, by the second in which they began. */
    private static final class Outcome {

        private final AtomicIntegerArray inTime;
        private final AtomicInteger refused = new AtomicInteger();
        private final AtomicInteger late = new AtomicInteger();
        private final AtomicInteger broken = new AtomicInteger();

        /** How late callers began, at most: they share the machine with the gateway. */
        private final AtomicLong lag = new AtomicLong();

        private final ConcurrentLinkedDeque<Long> nanos = new ConcurrentLinkedDeque<>();

        private Outcome(int seconds) {
            inTime = new AtomicIntegerArray(seconds + 1);
        }

        private double percentile(double share) {
            long[] all = nanos.stream().mapToLong(each -> each).sorted().toArray();
            return all.length == 0 ? -1 : all[(int) (all.length * share)] / 1e6;
        }

        private int inTimeFrom(int second) {
            int sum = 0;
            for (int i = second; i < inTime.length(); i++) {
                sum += inTime.get(i);
            }
            return sum;
        }

        @Override
        public String toString() {
            return "in time by second %s (median %.0f ms, 99 %% in %.0f ms), %d refused, %d late, %d broken, callers began up to %.0f ms late"
                    .formatted(
                            inTime,
                            percentile(0.5),
                            percentile(0.99),
                            refused.get(),
                            late.get(),
                            broken.get(),
                            lag.get() / 1e6);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"kept", "new"})
    void someAreServedInTime(String connections) throws Exception {
        keeps = connections.equals("kept");
        Optional<ControlGroup> group = ControlGroup.ofCpu(PERCENT);
        try (var backend = new ServerSocket(0, 4_096, InetAddress.getLoopbackAddress());
                var gateway = GatewayProcess.start(
                        folder,
                        List.of(),
                        List.of("-Xmx256m"),
                        List.of("--legacy", "http://127.0.0.1:" + backend.getLocalPort()))) {
            port = gateway.port();
            Thread.ofVirtual().start(() -> accept(backend));
            closedLoop(PEAK_SECONDS);
            if (group.isPresent()) {
                group.get().take(gateway.process().pid());
            }
            long cpu0 = cpu(gateway);
            double peak = (double) closedLoop(PEAK_SECONDS).inTimeFrom(0) / PEAK_SECONDS;
            long cpu1 = cpu(gateway);
            int before = worked.get();
            long[] half = new long[1];
            Outcome of = openLoop(LOAD * peak, SECONDS, () -> half[0] = cpu(gateway));
            System.out.printf(
                    "processor: peak %.3f, second half %.3f%n",
                    (cpu1 - cpu0) / 1e9 / PEAK_SECONDS, (cpu(gateway) - half[0]) / 1e9 / (SECONDS - SECONDS / 2 + 1));
            double goodput = of.inTimeFrom(SECONDS / 2) / (double) (SECONDS - SECONDS / 2);
            System.out.printf(
                    "connections %s: peak %.0f/s; %d times that: %s; %.2f of the peak in the second half; backend asked %d times; %s%n",
                    connections, peak, LOAD, of, goodput / peak, worked.get() - before, resident(gateway));
            endAll();
            assertThat(gateway.process().isAlive()).isTrue();
            assertThat(goodput).as("without any care it is none at all").isGreaterThan(peak / 10);
        } finally {
            group.ifPresent(ControlGroup::close);
        }
    }

    private static long cpu(GatewayProcess gateway) {
        return gateway.process()
                .toHandle()
                .info()
                .totalCpuDuration()
                .orElseThrow()
                .toNanos();
    }

    private static String resident(GatewayProcess gateway) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + gateway.process().pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .findFirst()
                .orElse("");
    }

    private void accept(ServerSocket backend) {
        while (!backend.isClosed()) {
            try {
                Socket socket = backend.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (var wire = new Wire(socket)) {
            while (wire.until("\r\n\r\n").endsWith("\r\n\r\n")) {
                worked.incrementAndGet();
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        } catch (IOException e) {
            // the gateway has no more use for it
        }
    }

    /** What comes of callers who wait for their reply before they ask again. */
    private Outcome closedLoop(int seconds) {
        var of = new Outcome(seconds);
        long began = System.nanoTime();
        long end = began + seconds * 1_000_000_000L;
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CALLERS; i++) {
                callers.execute(() -> {
                    for (long now = began; now < end; now = System.nanoTime()) {
                        ask(of, began, now);
                    }
                });
            }
        }
        System.out.println("closed: " + of);
        return of;
    }

    /** What comes of calls that come whether or not those before them have been answered. */
    private Outcome openLoop(double perSecond, int seconds, Runnable halfway) {
        var of = new Outcome(seconds);
        int calls = (int) (perSecond * seconds);
        double each = 1e9 / perSecond;
        long began = System.nanoTime();
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < calls; i++) {
                long due = began + (long) (i * each);
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                callers.execute(() -> ask(of, began, due));
                if (i == calls / 2) {
                    halfway.run();
                }
            }
            System.out.printf("%d sent in %.1f s%n", calls, (System.nanoTime() - began) / 1e9);
        }
        return of;
    }

    private void ask(Outcome of, long began, long due) {
        of.lag.accumulateAndGet(System.nanoTime() - due, Math::max);
        Wire wire = idle.pollLast();
        boolean whole = false;
        try {
            if (wire == null) {
                var socket = new Socket();
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), left(due));
                wire = new Wire(socket);
            }
            wire.socket().setSoTimeout(left(due));
            String reply = wire.send(REQUEST).reply();
            long took = System.nanoTime() - due;
            whole = keeps
                    && reply.length() > 12
                    && !reply.toLowerCase(Locale.ROOT).contains("connection: close");
            if (took > PATIENCE_MILLIS * 1_000_000L) {
                of.late.incrementAndGet();
            } else if (reply.startsWith("HTTP/1.1 200")) {
                of.nanos.add(took);
                of.inTime.incrementAndGet((int) ((due - began) / 1_000_000_000));
            } else if (reply.startsWith("HTTP/1.1 503")) {
                of.refused.incrementAndGet();
            } else {
                of.broken.incrementAndGet();
            }
        } catch (SocketTimeoutException e) {
            of.late.incrementAndGet();
        } catch (IOException e) {
            of.broken.incrementAndGet();
        } finally {
            if (whole && wire != null) {
                idle.add(wire);
            } else {
                end(wire);
            }
        }
    }

    private static int left(long due) throws SocketTimeoutException {
        long left = PATIENCE_MILLIS - (System.nanoTime() - due) / 1_000_000;
        if (left <= 0) {
            throw new SocketTimeoutException();
        }
        return (int) left;
    }

    private void endAll() {
        for (Wire each = idle.poll(); each != null; each = idle.poll()) {
            end(each);
        }
    }

    private static void end(@Nullable Wire wire) {
        try {
            if (wire != null) {
                wire.close();
            }
        } catch (IOException e) {
            // it is closed
        }
    }
}
