package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three times the calls that a backend can serve, from callers who do not wait for each other and give up after a second. The backend has
 * some workers and a queue without an end, and goes on with what nobody waits for any more.
 */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
class OverloadTest {

    private static final int LOAD = 3;
    private static final long SERVICE_NANOS = 50_000_000;
    private static final long PATIENCE_NANOS = 1_000_000_000;

    @TempDir
    Path folder;

    /** What came of the second half of a run. */
    private record Outcome(int worked, int inTime, int refused) {}

    @Test
    void withALimitWhatTheBackendDoesIsDoneInTimeAndWithoutOneItIsInVain() throws Exception {
        try (var limited = new Workers(5);
                var open = new Workers(5);
                var gateway = start(limited, open);
                var both = Executors.newVirtualThreadPerTaskExecutor()) {
            var with = both.submit(() -> run(gateway.port(), "/limited", limited, 6));
            var without = both.submit(() -> run(gateway.port(), "/open", open, 6));
            System.out.println("with a limit: " + with.get() + ", without: " + without.get());
            assertThat(with.get().inTime()).isGreaterThan(with.get().worked() / 2);
            assertThat(without.get().inTime()).isLessThan(without.get().worked() / 4);
        }
    }

    @Test
    @Tag("soak")
    void withALimitNineTenthsOfTheCapacityAreServedInTime() throws Exception {
        try (var limited = new Workers(20);
                var open = new Workers(20);
                var gateway = start(limited, open)) {
            int seconds = Integer.getInteger("soak.seconds", 30);
            double capacity = capacity(gateway.port(), limited, seconds) * seconds / 2;
            Outcome with = run(gateway.port(), "/limited", limited, seconds);
            Outcome without = run(gateway.port(), "/open", open, seconds);
            System.out.printf(
                    "capacity %.0f: with a limit %s, %.2f of it in time; without %s, %.2f%n",
                    capacity, with, with.inTime() / capacity, without, without.inTime() / capacity);
            assertThat(with.inTime() / capacity).isGreaterThan(0.9);
            assertThat(without.inTime() / capacity).isLessThan(0.1);
        }
    }

    /** What callers who wait for their reply before they ask again are served a second, here and now: a busy machine gives no worker all of its time. */
    private static double capacity(int port, Workers workers, int seconds) {
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        int before = workers.done.get();
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 2 * workers.count; i++) {
                callers.execute(() -> {
                    while (System.nanoTime() < end) {
                        ask(port, "/limited");
                    }
                });
            }
        }
        return (double) (workers.done.get() - before) / seconds;
    }

    private TestGateway start(Workers limited, Workers open) throws Exception {
        TestGateway.take(Way.LEAN);
        return TestGateway.start(folder, """
                backends:
                  - {name: legacy, url: "%1$s", baseline: true}
                  - {name: limited, url: "%1$s", adaptiveLimit: {target: 250ms, min: 5}}
                  - {name: open, url: "%2$s"}
                routes:
                  - {name: limited, matches: [{path: {value: /limited}}], candidate: limited, stage: complete}
                  - {name: open, matches: [{path: {value: /open}}], candidate: open, stage: complete}
                """.formatted(limited.url(), open.url()));
    }

    private static Outcome run(int port, String target, Workers workers, int seconds) {
        var inTime = new AtomicInteger();
        var refused = new AtomicInteger();
        int worked = 0;
        int calls = (int) (LOAD * workers.perSecond() * seconds);
        long each = seconds * 1_000_000_000L / calls;
        long began = System.nanoTime();
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < calls; i++) {
                boolean counts = i >= calls / 2;
                if (i == calls / 2) {
                    worked -= workers.done.get();
                }
                long due = began + i * each;
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                callers.execute(() -> {
                    String status = ask(port, target);
                    if (counts) {
                        inTime.addAndGet(status.equals("200") ? 1 : 0);
                        refused.addAndGet(status.equals("503") ? 1 : 0);
                    }
                });
            }
            worked += workers.done.get();
        }
        return new Outcome(worked, inTime.get(), refused.get());
    }

    /** Returns the status; nothing when the caller has given up. */
    private static String ask(int port, String target) {
        long began = System.nanoTime();
        try (var wire = Wire.to(port)) {
            wire.socket().setSoTimeout((int) (PATIENCE_NANOS / 1_000_000));
            String reply =
                    wire.send("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n").reply();
            return System.nanoTime() - began < PATIENCE_NANOS && reply.length() > 12 ? reply.substring(9, 12) : "";
        } catch (IOException e) {
            return "";
        }
    }

    /** A backend that serves so many at once, in the order they came, whether or not they are still there. */
    private static final class Workers implements AutoCloseable {

        private final int count;
        private final ScriptedServer server = new ScriptedServer("done");
        private final AtomicInteger done = new AtomicInteger();

        private Workers(int count) throws IOException {
            this.count = count;
            var free = new Semaphore(count, true);
            server.on("/", (_, wire) -> {
                free.acquireUninterruptibly();
                long end = System.nanoTime() + SERVICE_NANOS;
                while (System.nanoTime() < end) {
                    LockSupport.parkNanos(end - System.nanoTime());
                }
                free.release();
                done.incrementAndGet();
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone");
            });
        }

        private double perSecond() {
            return count * 1e9 / SERVICE_NANOS;
        }

        private String url() {
            return server.url();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
