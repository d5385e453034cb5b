package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.faults.Faults;
import dev.banyan.gateway.faults.HistoryServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One gateway for hours, over its lean path, the filter chain, mirrors and fallbacks, with clients that leave and backends that misbehave, stop and
 * are killed, and rules that change: what it keeps of all that does not grow. {@code -Dsoak.seconds}, {@code -Dsoak.seed}.
 */
@Tag("soak")
class EnduranceTest {

    private static final int CLIENTS = 8;
    private static final int PAUSE_MILLIS = 5;
    private static final int FAULT_EACH_SECONDS = 20;
    private static final int STOPPED_MILLIS = 1_500;

    /** Looks behind this part of the run are held to the one at its end: until then pools, caches and compiled code fill. */
    private static final int WARM_UP_PART = 4;

    private static final long KIB = 1 << 10;
    private static final long MIB = 1 << 20;
    private static final long LIVE_MORE = 4 * MIB;
    private static final long RESIDENT_MORE = 64 * MIB;
    private static final int FILES_MORE = 64;

    private static final Pattern TOTAL = Pattern.compile("Total +\\d+ +(\\d+)");
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

    private static final List<String> PATHS = List.of("/old/", "/plain/", "/chain/", "/mirrored/");
    private static final List<String> MISDEEDS =
            List.of("slow", "refuse", "reset", "cut", "garbage", "more", "chunked", "early");

    @TempDir
    Path folder;

    private final AtomicBoolean running = new AtomicBoolean(true);
    private final Map<String, Integer> outcomes = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();

    /** What a gateway keeps: bytes of its live objects, resident bytes, open files. */
    private record Kept(long live, long resident, int files) {}

    @Test
    void whatAGatewayKeepsDoesNotGrow() throws Exception {
        long seed = Long.getLong("soak.seed", System.nanoTime());
        int seconds = Integer.getInteger("soak.seconds", 10_800);
        var random = new Random(seed);
        System.out.println("seed " + seed);
        try (var legacy = new Faults("legacy", folder.resolve("legacy.history"));
                var candidate = new Faults("new", folder.resolve("new.history"))) {
            Path rules = Files.createDirectory(folder.resolve("rules"));
            save(rules, rules(legacy, candidate, 50));
            try (var gateway = GatewayProcess.start(
                    folder, List.of(), List.of("-Xmx256m"), List.of("--rules", rules.toString()))) {
                var clients = new ArrayList<Thread>();
                for (int i = 0; i < CLIENTS; i++) {
                    int number = i;
                    clients.add(Thread.ofVirtual().start(() -> ask(gateway, new Random(seed * 31 + number), number)));
                }
                var all = new ArrayList<Kept>();
                long since = System.nanoTime();
                for (int count = 1; System.nanoTime() - since < TimeUnit.SECONDS.toNanos(seconds); count++) {
                    TimeUnit.SECONDS.sleep(FAULT_EACH_SECONDS);
                    fault(random, rules, legacy, candidate);
                    if (count % 3 == 0) {
                        var kept = look(gateway);
                        all.add(kept);
                        System.out.printf(
                                Locale.ROOT,
                                "%d s: live %.2f MB, resident %d MB, %d files, %s%n",
                                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - since),
                                kept.live / (double) MIB,
                                kept.resident / MIB,
                                kept.files,
                                outcomes);
                    }
                }
                running.set(false);
                for (var client : clients) {
                    client.join();
                }
                assertThat(wrong).isEmpty();
                assertThat(outcomes.get("200")).isGreaterThan(seconds);
                var warm = all.get(all.size() / WARM_UP_PART);
                assertThat(all.subList(all.size() / WARM_UP_PART, all.size())).allSatisfy(kept -> {
                    assertThat(kept.live).as("bytes of live objects").isLessThan(warm.live + LIVE_MORE);
                    assertThat(kept.resident).as("resident bytes").isLessThan(warm.resident + RESIDENT_MORE);
                    assertThat(kept.files).as("open files").isLessThan(warm.files + FILES_MORE);
                });
                assertThat(gateway.process().isAlive()).isTrue();
            }
        }
    }

    private static String rules(Faults legacy, Faults candidate, int weight) {
        return """
                backends:
                  - {name: legacy, url: "%s", baseline: true, timeouts: {connect: 700ms, request: 700ms}}
                  - name: new
                    url: "%s"
                    timeouts: {connect: 700ms, request: 700ms}
                    circuitBreaker: {windowCalls: 40, minCalls: 20, openFor: 300ms}
                    retries: {attempts: 1, budget: 20%%}
                cohorts:
                  - {name: shopper, key: [{header: X-Customer}], salt: s}
                routes:
                  - {name: plain, matches: [{path: {value: /plain}}], candidate: new, cohort: shopper, stage: live, weight: %d%%, fallback: baseline}
                  - name: chain
                    matches: [{path: {value: /chain}}]
                    candidate: new
                    cohort: shopper
                    stage: live
                    weight: 50%%
                    filters: ["AddRequestHeader=X-Red, blue"]
                  - {name: mirrored, matches: [{path: {value: /mirrored}}], candidate: new, stage: shadow, mirror: {percent: 50}, compare: {headers: [x-id]}}
                """.formatted(legacy.url(), candidate.url(), weight);
    }

    private static void save(Path rules, String text) throws IOException {
        Path written = Files.writeString(rules.resolveSibling("shop.yaml"), text);
        Files.move(written, rules.resolve("shop.yaml"), StandardCopyOption.ATOMIC_MOVE);
    }

    private static void fault(Random random, Path rules, Faults legacy, Faults candidate) throws Exception {
        Faults at = random.nextInt(4) == 0 ? legacy : candidate;
        switch (random.nextInt(4)) {
            case 0 -> {
                at.freeze();
                Thread.sleep(STOPPED_MILLIS);
                at.goOn();
            }
            case 1 -> {
                at.kill();
                at.restart();
            }
            case 2 -> save(rules, "backends:\n  - {name: legacy, url: ");
            default -> save(rules, rules(legacy, candidate, random.nextInt(1, 100)));
        }
    }

    private static Kept look(GatewayProcess gateway) throws Exception {
        long pid = gateway.process().pid();
        var jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(pid),
                        "GC.class_histogram") // which collects first
                .redirectErrorStream(true)
                .start();
        String said = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        var total = TOTAL.matcher(said);
        assertThat(total.find()).as(said).isTrue();
        var resident = RESIDENT.matcher(Files.readString(Path.of("/proc", Long.toString(pid), "status")));
        assertThat(resident.find()).isTrue();
        try (var files = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return new Kept(
                    Long.parseLong(total.group(1)), Long.parseLong(resident.group(1)) * KIB, (int) files.count());
        }
    }

    private void ask(GatewayProcess gateway, Random random, int number) {
        Wire wire = null;
        for (int count = 0; running.get(); count++) {
            String id = number + "-" + count;
            String end;
            try {
                wire = wire == null ? Wire.to(gateway.port()) : wire;
                end = ask(wire, random, id);
            } catch (IOException e) {
                end = "broken";
            }
            outcomes.merge(end, 1, Integer::sum);
            if (!end.equals("200")) {
                wire = drop(wire);
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                break;
            }
        }
        drop(wire);
    }

    private String ask(Wire wire, Random random, String id) throws IOException {
        boolean isWrite = random.nextInt(4) == 0;
        int size = random.nextInt(4) == 0 ? 60_000 : random.nextInt(400);
        String body = isWrite ? "b".repeat(random.nextInt(4) == 0 ? 100_000 : random.nextInt(500)) : "";
        String misdeed = random.nextInt(20) == 0 ? MISDEEDS.get(random.nextInt(MISDEEDS.size())) : "";
        wire.send((isWrite ? "POST " : "GET ") + PATHS.get(random.nextInt(PATHS.size())) + id + " HTTP/1.1\r\n"
                + "Host: a\r\nX-Id: " + id + "\r\nX-Size: " + size + "\r\nX-Customer: c" + random.nextInt(200) + "\r\n"
                + (misdeed.isEmpty() ? "" : "X-Do: " + misdeed + "\r\n")
                + (isWrite ? "Content-Length: " + body.length() + "\r\n" : "") + "\r\n" + body);
        if (random.nextInt(50) == 0) {
            return "left";
        }
        String reply = wire.reply();
        if (!reply.startsWith("HTTP/1.1 ")) {
            return "broken";
        }
        String status = reply.substring(9, 12);
        int at = reply.indexOf("\r\n\r\n") + 4;
        boolean isClosing = reply.toLowerCase(Locale.ROOT).lastIndexOf("\r\nconnection: close", at) >= 0;
        boolean isPlain = misdeed.isEmpty() || misdeed.equals("slow") || misdeed.equals("more");
        if (status.equals("200") && isPlain && !reply.substring(at).equals(HistoryServer.reply(id, size))) {
            wrong.add(id + " got " + reply.substring(0, at) + " and " + (reply.length() - at) + " bytes");
        }
        return isClosing && status.equals("200") ? "200, the last" : status;
    }

    private static @Nullable Wire drop(@Nullable Wire wire) {
        try {
            if (wire != null) {
                wire.close();
            }
        } catch (IOException e) {
            // it was to go anyway
        }
        return null;
    }
}
