package dev.banyan.gateway;

import dev.banyan.gateway.faults.FaultLog;
import dev.banyan.gateway.faults.Faults;
import dev.banyan.gateway.faults.HistoryServer;
import dev.banyan.gateway.faults.RoutingHistory;
import dev.banyan.gateway.live.LiveRules;
import dev.banyan.rules.RulesFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * A gateway between clients and two backends that fail in every way there is, by chance from a seed. Arguments: seed, seconds, folder,
 * {@code namespace} where the network is this program's own. Prints what it saw, and ends with 0 when nothing was wrong.
 */
final class FaultRun {

    private static final int CLIENTS = 8;

    /* What clients know of the rules: somebody's side changes between these. */
    static final int WEIGHT_MIN = 50;
    static final int WEIGHT_MAX = 60;

    private static final Set<String> BOTH = Set.of("legacy", "new");

    /** Longer than a client may wait for a reply. */
    private static final Duration CLIENTS_END = Duration.ofSeconds(40);

    private static final long LOOK_NANOS = 20_000_000;

    /** A breaker refuses calls a moment before it says that it is open, which on a busy machine is longer than a look takes. */
    private static final long OPENING_NANOS = 200_000_000;

    /** After so many faults nothing fails for a while, and what is said to be well then has to be. */
    private static final int FAULTS_IN_A_ROW = 4;

    private static final int QUIET_MILLIS = 1_000;

    /**
     * The least share of requests, of all and of those that only the candidate's side can serve, that no fault would have excused. In a short run
     * it hangs on how many clients a busy machine lets get between two faults, and there must be some.
     */
    private static final double UNEXCUSED_MIN = 0.2;

    private static final int LONG_SECONDS = 20;

    private final long seed;
    private final boolean ownNetwork;
    private final Path folder;
    private final RoutingHistory history = new RoutingHistory();
    private final AtomicBoolean running = new AtomicBoolean(true);
    private final AtomicBoolean watching = new AtomicBoolean(true);
    private final FaultLog log = new FaultLog();
    private final Map<String, Integer> outcomes = new ConcurrentHashMap<>();
    private final Map<String, Integer> faults = new ConcurrentHashMap<>();
    private final Faults legacy;
    private final Faults candidate;
    private final TestGateway gateway;
    private final Map<String, Integer> weightByRules = new HashMap<>();
    private String unexcused = "";

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
        for (int weight = WEIGHT_MIN; weight <= WEIGHT_MAX; weight++) {
            Path written = Files.createDirectories(folder.resolve("weights/" + weight));
            Files.writeString(written.resolve("shop.yaml"), rules(weight));
            weightByRules.put(RulesFolder.read(written).hash(), weight);
        }
        gateway = TestGateway.start(folder, rules(WEIGHT_MIN));
    }

    public static void main(String[] args) throws Exception {
        var run = new FaultRun(
                Long.parseLong(args[0]), Path.of(args[2]), List.of(args).contains("namespace"));
        int exit = 2;
        try {
            List<String> wrong = run.run(Integer.parseInt(args[1]));
            wrong.stream().limit(20).forEach(System.out::println);
            System.out.println("seed " + run.seed + ": " + run.history.requests(_ -> true) + " requests " + run.outcomes
                    + ", faults " + run.faults + ", " + run.unexcused + ", wrong: " + wrong.size());
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
                  - {name: legacy, url: "%s", baseline: true, timeouts: {connect: 700ms, request: 700ms}}
                  - name: new
                    url: "%s"
                    timeouts: {connect: 700ms, request: 700ms}
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
            clients.add(Thread.ofVirtual()
                    .start(() ->
                            new FaultRunClient(seed, number, gateway, history, weightByRules, outcomes).run(running)));
        }
        Thread watch = Thread.ofPlatform().daemon().start(this::watch);
        var random = new Random(seed);
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        for (int count = 1; System.nanoTime() < end; count++) {
            Thread.sleep(50 + random.nextInt(150));
            fault(random);
            if (count % FAULTS_IN_A_ROW == 0) {
                Thread.sleep(QUIET_MILLIS);
            }
        }
        running.set(false);
        for (Thread client : clients) {
            client.join(CLIENTS_END); // the request of one that hangs has no end, and that is found
        }
        isWellAgain();
        watching.set(false);
        watch.join();
        gateway.close();
        legacy.standstills().forEach(each -> log.add("standstill", Set.of("legacy"), each.from(), each.to()));
        candidate.standstills().forEach(each -> log.add("standstill", Set.of("new"), each.from(), each.to()));
        var wrong = new ArrayList<>(history.violations(
                Map.of("legacy", folder.resolve("legacy.history"), "new", folder.resolve("new.history")), log));
        wrong.addAll(tooMuchExcused(seconds));
        return wrong;
    }

    /** A run in which a fault excuses nearly everything shows nothing. */
    private List<String> tooMuchExcused(int seconds) {
        Predicate<RoutingHistory.Sent> moved = sent -> sent.target().startsWith("/moved/");
        double all = history.unexcused(log, _ -> true) / (double) history.requests(_ -> true);
        double ofMoved = history.unexcused(log, moved) / (double) history.requests(moved);
        unexcused = "%.0f %% without an excuse (%.0f %% of /moved)".formatted(all * 100, ofMoved * 100);
        double least = Math.min(all, ofMoved);
        return least == 0 || (seconds >= LONG_SECONDS && least < UNEXCUSED_MIN)
                ? List.of("only " + unexcused)
                : List.of();
    }

    /** Sees which rules are in force, whether the candidate's breaker lets calls through, and whether the machine runs us. */
    private void watch() {
        String rules = "";
        long closed = System.nanoTime();
        boolean wasOpen = false;
        boolean goOn;
        do {
            goOn = watching.get();
            long before = System.nanoTime();
            LiveRules live = gateway.gateway().rules().current();
            if (!live.hash().equals(rules)) {
                rules = live.hash();
                history.inForce(rules);
            }
            boolean open = goOn && !live.backends().get("new").breakerState().equals("closed");
            LockSupport.parkNanos(LOOK_NANOS);
            long now = System.nanoTime();
            if (now - before > HistoryServer.STANDSTILL_NANOS) {
                log.add("standstill", BOTH, before, now);
            }
            if (wasOpen && !open) {
                log.add(FaultLog.BREAKER, Set.of("new"), closed - OPENING_NANOS, now);
            }
            wasOpen = open;
            closed = open ? closed : before;
        } while (goOn);
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
        long began = System.nanoTime();
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
            case "rules" -> gateway.save(rules(random.nextInt(WEIGHT_MIN, WEIGHT_MAX + 1)));
            case "broken rules" -> gateway.save("backends:\n  - {name: legacy, url: ");
            case "disk full" -> fillDisk(millis);
            default -> {
                at.cut(name.equals("reset"));
                Thread.sleep(millis);
                Faults.restore();
            }
        }
        boolean ofABackend = !name.endsWith("rules") && !name.equals("disk full");
        Set<String> sides = ofABackend ? Set.of(atLegacy ? "legacy" : "new") : Set.of();
        log.add(name, sides, began, System.nanoTime());
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
            gateway.save(rules(WEIGHT_MIN
                    + millis % (WEIGHT_MAX - WEIGHT_MIN + 1))); // rules are not in the run folder; a copy of them is
            Thread.sleep(millis);
        } finally {
            Files.deleteIfExists(ballast);
        }
    }

    private void isWellAgain() throws Exception {
        gateway.save(rules(WEIGHT_MIN));
        for (String target : List.of("/old/end", "/moved/end", "/split/end")) {
            TestGateway.await("well again: " + target, () -> {
                String id = "end-" + System.nanoTime();
                history.sent(new RoutingHistory.Sent(
                        id, "GET", target, HistoryServer.hash(new byte[0]), BOTH, false, true, System.nanoTime()));
                boolean well = gateway.ask(
                                "GET " + target + " HTTP/1.1\r\nHost: a\r\nX-Id: " + id + "\r\nX-Size: 5\r\n\r\n")
                        .startsWith("HTTP/1.1 200");
                history.ended(
                        id,
                        new RoutingHistory.Ended(
                                well ? RoutingHistory.Outcome.SERVED : RoutingHistory.Outcome.FAILED,
                                "the end of the run",
                                System.nanoTime()));
                return well;
            });
        }
        TestGateway.await("nothing in flight", () -> gateway.inFlight("legacy") + gateway.inFlight("new") == 0);
    }
}
