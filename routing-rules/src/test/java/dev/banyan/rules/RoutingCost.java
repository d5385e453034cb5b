package dev.banyan.rules;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Measures what compiling and reading rules costs, in time and in what stays in memory. A program, not a test:
 * {@code docs/measurements/routing-cost.md} has the command and the figures. {@link RoutingCostBenchmark} measures decisions.
 */
final class RoutingCost {

    static final int REQUESTS = 4_096;

    private static final int ROUNDS = 7;
    private static final int RULES = 100_000;

    private RoutingCost() {}

    public static void main(String[] args) throws Exception {
        compileTimes();
        readTimes();
        editTimes();
    }

    private static void compileTimes() throws Exception {
        RuleSet rules = rules(RULES);
        once("compile 100,000 rules", ROUNDS, () -> RoutingTable.compile(rules));
        long before = used();
        retained("their index alone", before, RoutingTable.compile(rules));
    }

    /** Bytes in use after a full collection; the least of several, since a collection may leave something for the next. */
    private static long used() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    private static void retained(String what, long before, Object kept) {
        try {
            System.out.printf(Locale.ROOT, "%s: %.1f MB retained%n", what, (used() - before) / 1e6);
        } finally {
            Reference.reachabilityFence(kept);
        }
    }

    private static void readTimes() throws Exception {
        Path folder = Files.createTempDirectory("routing-cost");
        Path file = folder.resolve("rules.yaml");
        for (int count : new int[] {10, 100_000}) {
            Files.writeString(file, yaml(count));
            String what = "read and check %,d rules (%,d KiB)".formatted(count, Files.size(file) / 1024);
            once(what, 3, () -> RulesFolder.read(folder));
            long before = used();
            RoutingTable table = RoutingTable.compile(RulesFolder.read(folder));
            retained("all of it: rules, their places and their index", before, table);
        }
        Files.delete(file);
        Files.delete(folder);
    }

    /** The same rules in 100 files, of which one is edited. */
    private static void editTimes() throws Exception {
        Path folder = Files.createTempDirectory("routing-cost");
        int files = 100;
        List<String> lines = yaml(RULES).lines().toList();
        int head = lines.size() - RULES;
        Files.writeString(folder.resolve("0.yaml"), String.join("\n", lines.subList(0, head - 1)) + "\n");
        List<Path> parts = new ArrayList<>();
        for (int i = 0; i < files; i++) {
            int from = head + i * (RULES / files);
            parts.add(folder.resolve("rules-" + i + ".yaml"));
            Files.writeString(
                    parts.getLast(), "routes:\n" + String.join("\n", lines.subList(from, from + RULES / files)));
        }
        once("read and check 100,000 rules in 100 files", 3, () -> RulesFolder.read(folder));
        var known = new KnownFiles();
        known.read(folder);
        var weight = new AtomicInteger(10);
        once("read again after an edit of one of them, and compile", ROUNDS, () -> {
            String text = Files.readString(parts.getFirst());
            Files.writeString(
                    parts.getFirst(), text.replaceFirst("weight: \\d+%", "weight: " + weight.getAndIncrement() + "%"));
            return RoutingTable.compile(known.read(folder));
        });
        for (Path each : parts) {
            Files.delete(each);
        }
        Files.delete(folder.resolve("0.yaml"));
        Files.delete(folder);
    }

    /** The median, by the clock and by this thread's share of a processor, which other work does not lengthen as much. */
    private static void once(String what, int rounds, Callable<?> work) throws Exception {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] clock = new long[rounds];
        long[] processor = new long[rounds];
        for (int i = 0; i < rounds; i++) {
            long start = System.nanoTime();
            long used = threads.getCurrentThreadCpuTime();
            work.call();
            processor[i] = threads.getCurrentThreadCpuTime() - used;
            clock[i] = System.nanoTime() - start;
        }
        Arrays.sort(clock);
        Arrays.sort(processor);
        System.out.printf(
                "%s: %d ms, %d ms of a processor%n",
                what, clock[rounds / 2] / 1_000_000, processor[rounds / 2] / 1_000_000);
    }

    static RuleSet rules(int count) {
        Cohort shopper = new Cohort("shopper", List.of(new Cohort.Key.GenerateCookie("banyan_id")), "shop");
        List<Route> routes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            routes.add(Rules.route(
                    "route-" + i, Stage.LIVE, 5_000, Match.path(path(i)).withMethod("GET")));
        }
        return RuleSet.of(List.of(Rules.LEGACY, Rules.CATALOG), List.of(shopper), routes);
    }

    /** A third each of exact paths, prefixes and templates, in up to 300 areas. */
    private static Match.Path path(int i) {
        String area = "/area" + i % 300 + "/v1/resource" + i;
        return switch (i % 3) {
            case 0 -> Match.Path.exact(area);
            case 1 -> Match.Path.prefix(area);
            default -> Match.Path.template(area + "/{id}");
        };
    }

    private static String requestPath(int i) {
        String area = "/area" + i % 300 + "/v1/resource" + i;
        return i % 3 == 0 ? area : area + "/" + 7 * i;
    }

    static String yaml(int count) {
        var yaml = new StringBuilder("""
                backends:
                  - {name: legacy, url: "http://localhost:8081", baseline: true}
                  - {name: catalog, url: "http://localhost:8082"}
                cohorts:
                  - {name: shopper, key: [{generateCookie: banyan_id}], salt: shop}
                routes:
                """);
        for (int i = 0; i < count; i++) {
            String type = List.of("Exact", "PathPrefix", "PathTemplate").get(i % 3);
            yaml.append("  - {name: route-" + i + ", matches: [{method: GET, path: {type: " + type + ", value: \""
                    + path(i).value() + "\"}}], candidate: catalog, cohort: shopper, stage: live, weight: 50%}\n");
        }
        return yaml.toString();
    }

    static List<RequestFacts> plain(int count) {
        return requests(new Random(1)
                .ints(REQUESTS, 0, count)
                .mapToObj(RoutingCost::requestPath)
                .toList());
    }

    static List<RequestFacts> withCookie(int count) {
        return requests(
                new Random(2)
                        .ints(REQUESTS, 0, count)
                        .mapToObj(RoutingCost::requestPath)
                        .toList(),
                "Cookie: JSESSIONID=0123456789ABCDEF; banyan_id=kR3vJ0mY1uWqZ8nT5xB2dA");
    }

    static List<RequestFacts> unmatched() {
        return requests(new Random(3)
                .ints(REQUESTS, 0, 10_000)
                .mapToObj(i -> "/legacy/page" + i + "/edit")
                .toList());
    }

    static List<RequestFacts> odd(int count) {
        return requests(new Random(4)
                .ints(REQUESTS, 0, count)
                .mapToObj(i -> "/legacy//page" + i + ";a=b/x")
                .toList());
    }

    private static List<RequestFacts> requests(List<String> paths, String... headers) {
        List<String> cookie = headers.length == 0 ? List.of() : List.of(headers[0].substring("Cookie: ".length()));
        HeaderLookup lookup = name -> name.equals("Cookie") ? cookie : List.of();
        return paths.stream()
                .map(path -> new RequestFacts("shop.example.com", "GET", path, null, lookup, false, false, 0))
                .toList();
    }
}
