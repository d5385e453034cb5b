package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.banyan.gateway.live.RulesInForce;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules in many files, one of which is edited again and again while requests come. */
class ReloadFromFilesTest {

    /** What {@code docs/reference/gateway.md} says a rule may hold, and what else may have come to live meanwhile. */
    private static final long BYTES_A_RULE = 1_536;

    private static final long BYTES_BESIDE = 8L << 20;

    @TempDir
    Path folder;

    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicInteger served = new AtomicInteger();
    private final AtomicBoolean running = new AtomicBoolean(true);

    @Test
    void anEditOfOneFileFailsNoRequestAndAMistakeInItKeepsTheRules() throws Exception {
        edit(10, 400, 4);
    }

    @Test
    @Tag("soak")
    void norDoesOneOfAHundredThousandRules() throws Exception {
        edit(100, 1_000, 10);
    }

    private void edit(int files, int rulesOfEach, int edits) throws Exception {
        HttpServer one = ReloadUnderLoadTest.named("one");
        HttpServer two = ReloadUnderLoadTest.named("two");
        TestGateway.take(Way.LEAN);
        writeFew(one, two);
        try (var gateway = TestGateway.restart(folder);
                var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 4; i++) {
                clients.execute(() -> ReloadUnderLoadTest.ask(gateway.port(), running, wrong, served));
            }
            try {
                edit(gateway.gateway().rules(), files, rulesOfEach, edits);
            } finally {
                running.set(false); // or the clients would be waited for for ever
            }
        } finally {
            one.stop(0);
            two.stop(0);
        }
        assertThat(wrong).isEmpty();
        assertThat(served.get()).isGreaterThan(20 * edits);
    }

    private void edit(RulesInForce rules, int files, int rulesOfEach, int edits) throws Exception {
        long all = (long) files * rulesOfEach;
        awaitSome();
        long heapBefore = usedHeap();
        writeMany(files, rulesOfEach);
        Duration full =
                awaitInForce(rules, () -> rules.current().files().routes().size() == 1 + files * rulesOfEach);
        Duration edited = Duration.ZERO;
        for (int i = 0; i < edits; i++) {
            String before = rules.current().hash();
            save("switch.yaml", toggle(i % 2 == 0 ? "two" : "one"));
            edited = edited.plus(
                    awaitInForce(rules, () -> !rules.current().hash().equals(before)));
            awaitSome();
        }
        aMistakeKeepsTheRules(rules, edits);
        long heap = usedHeap() - heapBefore;
        System.out.printf(
                "%,d rules in %d files in force after %,d ms, an edit of one file after %,d ms, live heap %,d bytes a rule%n",
                all, files, full.toMillis(), edited.toMillis() / edits, heap / all);
        assertThat(heap).as("live heap of %d rules", all).isLessThan(all * BYTES_A_RULE + BYTES_BESIDE);
    }

    private void awaitSome() throws Exception {
        int before = served.get();
        TestGateway.await("some were served", () -> served.get() > before + 20);
    }

    /** Returns how long it took from now until the new rules were in force, of which a copy has then been written. */
    private static Duration awaitInForce(RulesInForce rules, Callable<Boolean> inForce) throws Exception {
        Instant from = Instant.now();
        TestGateway.await("the new rules are in force", inForce);
        synchronized (rules) { // as who writes the copy does
            assertThat(rules.isUnkept()).isFalse();
        }
        Duration took = Duration.between(from, rules.current().since());
        return took.isNegative() ? Duration.ZERO : took;
    }

    private void aMistakeKeepsTheRules(RulesInForce rules, int edits) throws Exception {
        String good = toggle(edits % 2 == 0 ? "one" : "two");
        String before = rules.current().hash();
        save("switch.yaml", good.replace("complete", "finished"));
        TestGateway.await("the mistake is seen", () -> rules.lastRejected() != null);
        assertThat(Objects.requireNonNull(rules.lastRejected()).problems())
                .singleElement()
                .satisfies(each -> assertThat(each.toString()).contains("switch.yaml:6:12: routes["));
        assertThat(rules.current().hash()).isEqualTo(before);
        save("switch.yaml", good);
        TestGateway.await("it is mended", () -> rules.lastRejected() == null);
    }

    /** One route, whose name says where it leads. */
    private static String toggle(String candidate) {
        return """
                routes:
                  - name: to-%s
                    matches:
                      - path: {value: /x}
                    candidate: %s
                    stage: complete
                    fallback: none
                """.formatted(candidate, candidate);
    }

    private void writeFew(HttpServer one, HttpServer two) throws IOException {
        Files.createDirectories(folder.resolve("rules"));
        save("common.yaml", """
                backends:
                  - {name: legacy, url: "http://127.0.0.1:%1$d", baseline: true}
                  - {name: one, url: "http://127.0.0.1:%1$d"}
                  - {name: two, url: "http://127.0.0.1:%2$d"}
                """.formatted(
                        one.getAddress().getPort(), two.getAddress().getPort()));
        save("switch.yaml", toggle("one"));
    }

    private void writeMany(int files, int rulesOfEach) throws IOException {
        for (int file = 0; file < files; file++) {
            var text = new StringBuilder("routes:\n");
            for (int i = file * rulesOfEach; i < (file + 1) * rulesOfEach; i++) {
                text.append("  - {name: other-%d, matches: [{method: GET, path: {value: /others/area%d/item%d}}], "
                                .formatted(i, i % 300, i))
                        .append("candidate: one, stage: complete}\n");
            }
            save("rules-%03d.yaml".formatted(file), text.toString());
        }
    }

    private void save(String name, String text) throws IOException {
        Path draft = folder.resolve("draft");
        Files.writeString(draft, text);
        Files.move(
                draft,
                folder.resolve("rules").resolve(name),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private static long usedHeap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }
}
