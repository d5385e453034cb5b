package dev.banyan.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.banyan.gateway.faults.Faults;
import dev.banyan.gateway.faults.HistoryServer;
import dev.banyan.gateway.faults.RoutingHistory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A gateway between clients and two backends that fail in every way there is, by chance from a seed. Arguments: seed, seconds, folder,
 * {@code namespace} where the network is this program's own. Prints what it saw, and ends with 0 when nothing was wrong.
 */
final class FaultRun {

    private static final int CLIENTS = 8;
    private static final int CUSTOMERS = 200;
    private static final List<String> MISDEEDS =
            List.of("slow", "refuse", "reset", "cut", "garbage", "more", "chunked", "early");

    private final long seed;
    private final boolean ownNetwork;
    private final Path folder;
    private final RoutingHistory history = new RoutingHistory();
    private final AtomicBoolean running = new AtomicBoolean(true);
    private final AtomicInteger faultsAtLegacy = new AtomicInteger();
    private final Map<String, Integer> outcomes = new ConcurrentHashMap<>();
    private final Map<String, Integer> faults = new ConcurrentHashMap<>();
    private final Faults legacy;
    private final Faults candidate;
    private final TestGateway gateway;

    private FaultRun(long seed, Path folder, boolean ownNetwork) throws Exception {
        this.seed = seed;
        this.folder = folder;
        this.ownNetwork = ownNetwork;
        TestGateway.take(Way.valueOf(System.getProperty("faults.way")));
        if (ownNetwork) {
            Faults.openNetwork();
        }
        legacy = new Faults("legacy", folder.resolve("legacy.history"));
        candidate = new Faults("new", folder.resolve("new.history"));
        gateway = TestGateway.start(folder, rules(50));
    }

    public static void main(String[] args) throws Exception {
        var run = new FaultRun(
                Long.parseLong(args[0]), Path.of(args[2]), List.of(args).contains("namespace"));
        int exit = 2;
        try {
            List<String> wrong = run.run(Integer.parseInt(args[1]));
            wrong.stream().limit(20).forEach(System.out::println);
            System.out.println("seed " + run.seed + ": " + run.history.requests() + " requests " + run.outcomes
                    + ", faults " + run.faults + ", wrong: " + wrong.size());
            exit = wrong.isEmpty() ? 0 : 1;
        } catch (Throwable e) {
            e.printStackTrace(System.out);
        } finally {
            run.legacy.close();
            run.candidate.close();
        }
        Runtime.getRuntime().halt(exit);
    }

    private String rules(int weight) {
        return """
                backends:
                  - {name: legacy, url: "%s", baseline: true, timeouts: {connect: 300ms, request: 700ms}}
                  - name: new
                    url: "%s"
                    timeouts: {connect: 300ms, request: 700ms}
                    circuitBreaker: {windowCalls: 40, minCalls: 20, openFor: 300ms}
                    retries: {attempts: 1, budget: 20%%}
                cohorts:
                  - {name: shopper, key: [{header: X-Customer}], salt: s}
                routes:
                  - {name: split, matches: [{path: {value: /split}}], candidate: new, cohort: shopper, stage: live, weight: %d%%}
                  - {name: moved, matches: [{path: {value: /moved}}], candidate: new, stage: complete}
                """.formatted(legacy.url(), candidate.url(), weight);
    }

    private List<String> run(int seconds) throws Exception {
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            int number = i;
            clients.add(Thread.ofVirtual().start(() -> new Client(number).run()));
        }
        var random = new Random(seed);
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        while (System.nanoTime() < end) {
            Thread.sleep(50 + random.nextInt(150));
            fault(random);
        }
        running.set(false);
        for (Thread client : clients) {
            client.join();
        }
        isWellAgain();
        gateway.close();
        return history.violations(
                Map.of("legacy", folder.resolve("legacy.history"), "new", folder.resolve("new.history")));
    }

    /** One fault, until it is over. */
    private void fault(Random random) throws Exception {
        int kind = random.nextInt(ownNetwork ? 10 : 6);
        boolean atLegacy = kind < 9 && kind != 4 && kind != 5 && random.nextInt(4) == 0;
        Faults at = atLegacy ? legacy : candidate;
        int millis = 50 + random.nextInt(1_200);
        String name =
                switch (kind) {
                    case 0, 1 -> "stop";
                    case 2, 3 -> "kill";
                    case 4 -> "rules";
                    case 5 -> "broken rules";
                    case 6, 7 -> "cut";
                    case 8 -> "reset";
                    default -> "disk full";
                };
        faults.merge(name, 1, Integer::sum);
        if (atLegacy) {
            faultsAtLegacy.incrementAndGet(); // never taken back within a request: see isQuiet
        }
        switch (name) {
            case "stop" -> {
                at.freeze();
                Thread.sleep(millis);
                at.goOn();
            }
            case "kill" -> {
                at.kill();
                Thread.sleep(millis / 4);
                at.restart();
            }
            case "rules" -> gateway.save(rules(50 + random.nextInt(11)));
            case "broken rules" -> gateway.save("backends:\n  - {name: legacy, url: ");
            case "disk full" -> fillDisk(millis);
            default -> {
                at.cut(name.equals("reset"));
                Thread.sleep(millis);
                Faults.restore();
            }
        }
        if (atLegacy) {
            Thread.sleep(1_000); // what was on its way when the fault ended has failed or come through by then
            faultsAtLegacy.incrementAndGet();
        }
    }

    /** The run folder is a small file system; nothing can be written there for a while. */
    private void fillDisk(int millis) throws Exception {
        Path ballast = folder.resolve("run/ballast");
        try (var out = Files.newOutputStream(ballast)) {
            byte[] block = new byte[4096];
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            gateway.save(rules(50 + millis % 11)); // rules are not in the run folder; a copy of them is
            Thread.sleep(millis);
        } finally {
            Files.deleteIfExists(ballast);
        }
    }

    private void isWellAgain() throws Exception {
        gateway.save(rules(50));
        for (String target : List.of("/old/end", "/moved/end", "/split/end")) {
            TestGateway.await("well again: " + target, () -> {
                String id = "end-" + System.nanoTime();
                history.sent(new RoutingHistory.Sent(
                        id, "GET", target, HistoryServer.hash(new byte[0]), Set.of("legacy", "new")));
                return gateway.ask("GET " + target + " HTTP/1.1\r\nHost: a\r\nX-Id: " + id + "\r\nX-Size: 5\r\n\r\n")
                        .startsWith("HTTP/1.1 200");
            });
        }
        TestGateway.await("nothing in flight", () -> gateway.inFlight("legacy") + gateway.inFlight("new") == 0);
    }

    /** A client that sends one request after the other and looks at what comes back. */
    private final class Client {

        private final int number;
        private final Random random;
        private int count;
        /** Whether the backend was asked to fail this request. */
        private boolean asked;

        private @org.jspecify.annotations.Nullable Wire wire;

        Client(int number) {
            this.number = number;
            this.random = new Random(seed * 31 + number);
        }

        void run() {
            while (running.get()) {
                String id = seed + "-" + number + "-" + count++;
                String path = List.of("/old/", "/split/", "/moved/").get(random.nextInt(3));
                int before = faultsAtLegacy.get();
                String outcome;
                try {
                    outcome = ask(id, path);
                } catch (IOException e) {
                    outcome = asked ? "asked for" : "broken";
                    drop();
                }
                outcomes.merge(outcome, 1, Integer::sum);
                boolean quiet = before == faultsAtLegacy.get() && before % 2 == 0;
                boolean failed = !outcome.equals("200") && !outcome.equals("left") && !outcome.equals("asked for");
                if (path.equals("/old/") && quiet && failed) {
                    history.wrong(outcome + " for " + id + " at legacy, with which nothing was wrong");
                }
            }
            drop();
        }

        private String ask(String id, String path) throws IOException {
            boolean write = random.nextInt(4) == 0;
            boolean chunked = random.nextBoolean();
            String method = write ? "POST" : "GET";
            String misdeed = random.nextInt(10) == 0 ? MISDEEDS.get(random.nextInt(MISDEEDS.size())) : "";
            asked = !misdeed.isEmpty();
            int size = random.nextInt(4) == 0 ? 60_000 : random.nextInt(400);
            String body = write ? "b".repeat(random.nextInt(4) == 0 ? 100_000 : random.nextInt(500)) : "";
            String customer = "c" + random.nextInt(CUSTOMERS);
            history.sent(new RoutingHistory.Sent(
                    id,
                    method,
                    path + id,
                    HistoryServer.hash(body.getBytes(ISO_8859_1)),
                    sides(path, customer, write)));
            String head = method + " " + path + id + " HTTP/1.1\r\nHost: a\r\nX-Id: " + id + "\r\nX-Size: " + size
                    + "\r\nX-Customer: " + customer + "\r\n" + (misdeed.isEmpty() ? "" : "X-Do: " + misdeed + "\r\n");
            Wire to = wire == null ? gateway.wire() : wire;
            wire = to;
            if (!write) {
                to.send(head + "\r\n");
            } else if (chunked) {
                to.send(head + "Transfer-Encoding: chunked\r\n\r\n"
                        + (body.isEmpty() ? "" : Integer.toHexString(body.length()) + "\r\n" + body + "\r\n")
                        + "0\r\n\r\n");
            } else {
                to.send(head + "Content-Length: " + body.length() + "\r\n\r\n" + body);
            }
            if (random.nextInt(50) == 0) {
                drop();
                return "left";
            }
            return look(to, id, size, misdeed);
        }

        private String look(Wire to, String id, int size, String misdeed) throws IOException {
            String reply = to.reply();
            if (reply.isEmpty()) {
                throw new IOException("no reply");
            }
            int body = reply.indexOf("\r\n\r\n") + 4;
            String lower = reply.substring(0, body).toLowerCase(java.util.Locale.ROOT);
            String status = reply.substring(9, 12);
            if (lower.contains("\r\nconnection: close")) {
                drop();
            }
            if (lower.contains("\r\nx-id:") && !lower.contains("\r\nx-id: " + id + "\r\n")) {
                history.wrong(id + " got the reply of another: " + lower.lines().toList());
            } else if (!isWhole(reply, body, lower)) {
                throw new IOException("cut short");
            } else if (status.equals("200")) {
                String text = lower.contains("chunked") ? unchunked(reply.substring(body)) : reply.substring(body);
                String expected = misdeed.equals("early") ? "early" : HistoryServer.reply(id, size);
                if (!text.equals(expected)) {
                    history.wrong(id + " got a reply of " + text.length() + " bytes for one of " + expected.length());
                }
            }
            return status.equals("200") || misdeed.isEmpty() ? status : "asked for";
        }

        private static boolean isWhole(String reply, int body, String head) {
            int at = head.indexOf("\r\ncontent-length:");
            if (at >= 0) {
                String length =
                        head.substring(at + 17, head.indexOf("\r\n", at + 2)).strip();
                return reply.length() - body == Integer.parseInt(length);
            }
            return reply.endsWith("0\r\n\r\n");
        }

        private static String unchunked(String body) {
            var text = new StringBuilder();
            int at = 0;
            while (true) {
                int end = body.indexOf("\r\n", at);
                int size = Integer.parseInt(body.substring(at, end).strip(), 16);
                if (size == 0) {
                    return text.toString();
                }
                text.append(body, end + 2, end + 2 + size);
                at = end + 2 + size + 2;
            }
        }

        private void drop() {
            try {
                if (wire != null) {
                    wire.close();
                }
            } catch (IOException e) {
                // it was to go anyway
            }
            wire = null;
        }
    }

    /** Where the rules that may be in force send a request; their weights are 50 to 60. */
    private static Set<String> sides(String path, String customer, boolean write) {
        Set<String> sides = new HashSet<>();
        int bucket = path.equals("/split/") ? Buckets.of(customer) : -1;
        if (path.equals("/old/") || bucket >= 5_000 || (bucket >= 0 && !write)) {
            sides.add("legacy");
        }
        if (path.equals("/moved/") || (bucket >= 0 && bucket < 6_000)) {
            sides.add("new");
        }
        return sides;
    }

    /** The places of customers, by the language's own arithmetic. */
    private static final class Buckets {

        private static final dev.banyan.rules.Cohort COHORT;

        static {
            try {
                Path rules = Files.createTempDirectory("buckets");
                Files.writeString(rules.resolve("rules.yaml"), """
                        backends: [{name: legacy, url: "http://localhost:1", baseline: true}]
                        cohorts: [{name: shopper, key: [{header: X-Customer}], salt: s}]
                        """);
                COHORT = dev.banyan.rules.RulesFolder.read(rules).cohorts().getFirst();
            } catch (IOException | dev.banyan.rules.RulesException e) {
                throw new IllegalStateException(e);
            }
        }

        static int of(String customer) {
            return COHORT.bucket(customer);
        }
    }
}
