package dev.banyan.cli.load;

import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

/** What the people of the shop were answered: how much, by which backend, what failed. Read while it is written. */
public final class Tally {

    private static final int FAILURES_KEPT = 50;

    private final LongAdder sent = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder cut = new LongAdder();
    private final Map<String, Map<String, LongAdder>> repliesByRouteAndBackend = new ConcurrentHashMap<>();
    private final Map<String, Map<String, LongAdder>> repliesByRouteAndSide = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> lastReplyByRouteAndBackend = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Failure> failures = new ConcurrentLinkedQueue<>();
    private final Latencies latencies = new Latencies();

    /** One request that failed, as the report shows it. */
    public record Failure(Instant at, String request, String what) {}

    /** A state of the counters; two of them subtract to what happened between. */
    public record Counts(
            long sent,
            long failed,
            long cut,
            Map<String, Map<String, Long>> byRouteAndBackend,
            Map<String, Map<String, Long>> byRouteAndSide) {

        /** Returns what was counted since {@code earlier}. */
        public Counts since(Counts earlier) {
            return new Counts(
                    sent - earlier.sent,
                    failed - earlier.failed,
                    cut - earlier.cut,
                    minus(byRouteAndBackend, earlier.byRouteAndBackend),
                    minus(byRouteAndSide, earlier.byRouteAndSide));
        }

        private static Map<String, Map<String, Long>> minus(
                Map<String, Map<String, Long>> now, Map<String, Map<String, Long>> then) {
            var difference = new TreeMap<String, Map<String, Long>>();
            now.forEach((route, byName) -> byName.forEach((name, count) -> {
                var more = count - then.getOrDefault(route, Map.of()).getOrDefault(name, 0L);
                if (more > 0) {
                    difference.computeIfAbsent(route, _ -> new TreeMap<>()).put(name, more);
                }
            }));
            return difference;
        }

        /** Returns how many replies of {@code route} came from {@code backend}. */
        public long served(String route, String backend) {
            return byRouteAndBackend.getOrDefault(route, Map.of()).getOrDefault(backend, 0L);
        }

        /** Returns the part, 0 to 1, of the replies of {@code route} that went to people on the candidate's side. */
        public double candidateShare(String route) {
            var bySide = byRouteAndSide.getOrDefault(route, Map.of());
            var all = bySide.values().stream().mapToLong(Long::longValue).sum();
            return all == 0 ? 0 : (double) bySide.getOrDefault("candidate", 0L) / all;
        }
    }

    /** Counts one request; an answer that is not {@code right} is a failure too. */
    void count(HttpRequest request, Outcome outcome, Predicate<Reply> right, long nanos) {
        sent.increment();
        var name = request.method() + " " + request.uri().getRawPath();
        switch (outcome) {
            case Outcome.Answered(var reply) -> {
                increment(repliesByRouteAndBackend, reply.route(), reply.backend());
                reply.assigned().ifPresent(side -> increment(repliesByRouteAndSide, reply.route(), side));
                lastReplyByRouteAndBackend
                        .computeIfAbsent(reply.route() + " " + reply.backend(), _ -> new AtomicLong())
                        .set(System.nanoTime());
                latencies.add(Duration.ofNanos(nanos));
                if (!right.test(reply)) {
                    fail(
                            name,
                            "not what was asked for: " + reply.status() + " from " + reply.backend() + ", "
                                    + reply.text().length() + " characters"
                                    + reply.location().map(to -> ", to " + to).orElse(""));
                }
            }
            case Outcome.CutOff(var status, var backend, var error) -> {
                cut.increment();
                keep(name, "reply cut off after its head: " + status + " from " + backend + ": " + error);
            }
            case Outcome.Unanswered(var error) -> fail(name, error);
        }
    }

    /** Counts something a person saw that must not happen, although each reply by itself was right. */
    void fail(String request, String what) {
        failed.increment();
        keep(request, what);
    }

    private void keep(String request, String what) {
        if (failures.size() < FAILURES_KEPT) {
            failures.add(new Failure(Instant.now(), request, what));
        }
    }

    private static void increment(Map<String, Map<String, LongAdder>> counters, String outer, String inner) {
        counters.computeIfAbsent(outer, _ -> new ConcurrentHashMap<>())
                .computeIfAbsent(inner, _ -> new LongAdder())
                .increment();
    }

    /** Returns the counters as they are. */
    public Counts counts() {
        return new Counts(
                sent.sum(), failed.sum(), cut.sum(), copy(repliesByRouteAndBackend), copy(repliesByRouteAndSide));
    }

    /** Returns the first failures and cut replies, at most 50. */
    public List<Failure> failures() {
        return List.copyOf(failures);
    }

    /** Returns how long people waited for whole replies. */
    public Latencies latencies() {
        return latencies;
    }

    /** Returns the {@link System#nanoTime} of the last reply of {@code route} from {@code backend}; 0 when there was none. */
    public long lastReplyNanos(String route, String backend) {
        var last = lastReplyByRouteAndBackend.get(route + " " + backend);
        return last == null ? 0 : last.get();
    }

    private static Map<String, Map<String, Long>> copy(Map<String, Map<String, LongAdder>> counters) {
        var copy = new TreeMap<String, Map<String, Long>>();
        counters.forEach((outer, byInner) -> {
            var inner = new TreeMap<String, Long>();
            byInner.forEach((name, count) -> inner.put(name, count.sum()));
            copy.put(outer, inner);
        });
        return copy;
    }
}
