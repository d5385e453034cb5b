package dev.banyan.gateway.record;

import dev.banyan.gateway.backend.Failure;
import dev.banyan.rules.Side;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** The counts of one route since the gateway started; they outlive a reload. */
public final class RouteCounts {

    /** Classes of statuses, by their first digit. */
    private static final String[] CLASSES = {"0xx", "1xx", "2xx", "3xx", "4xx", "5xx", "6xx", "7xx", "8xx", "9xx"};

    private final String route;
    private final MeterRegistry meters;
    private final Map<Side, LongAdder> assigned = new EnumMap<>(Side.class);
    private final Map<Side, LongAdder> errors = new EnumMap<>(Side.class);
    private final Map<Side, Timer> heads = new EnumMap<>(Side.class);
    private final Map<Failure, LongAdder> failures = new EnumMap<>(Failure.class);
    private final Map<String, LongAdder> served = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> statuses = new ConcurrentHashMap<>();
    private final LongAdder fallbacks;
    private final LongAdder aborted;

    RouteCounts(String route, MeterRegistry meters) {
        this.route = route;
        this.meters = meters;
        for (Side side : Side.values()) {
            String name = side.name().toLowerCase(Locale.ROOT);
            assigned.put(side, counter("banyan.requests", "assigned", name));
            errors.put(side, counter("banyan.errors", "assigned", name));
            heads.put(side, timer(name));
        }
        for (Failure failure : Failure.values()) {
            failures.put(
                    failure, counter("banyan.failures", "reason", failure.name().toLowerCase(Locale.ROOT)));
        }
        fallbacks = counter("banyan.fallbacks");
        aborted = counter("banyan.aborted");
    }

    private Timer timer(String side) {
        return Timer.builder("banyan.reply.head")
                .tags("route", route, "assigned", side)
                .serviceLevelObjectives(
                        Duration.ofMillis(5),
                        Duration.ofMillis(25),
                        Duration.ofMillis(100),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(10))
                .register(meters);
    }

    private LongAdder counter(String name, String... tags) {
        var adder = new LongAdder();
        FunctionCounter.builder(name, adder, LongAdder::sum)
                .tags("route", route)
                .tags(tags)
                .register(meters);
        return adder;
    }

    void add(Outcome outcome) {
        of(assigned, outcome.assigned()).increment();
        if (outcome.isError()) {
            of(errors, outcome.assigned()).increment();
        }
        if (outcome.failure() != null) {
            of(failures, outcome.failure()).increment();
        }
        if (outcome.fellBack()) {
            fallbacks.increment();
        }
        if (outcome.aborted()) {
            aborted.increment();
        }
        if (outcome.headNanos() > 0) {
            of(heads, outcome.assigned()).record(outcome.headNanos(), TimeUnit.NANOSECONDS);
        }
        if (outcome.status() > 0) {
            String status = CLASSES[Math.min(outcome.status() / 100, CLASSES.length - 1)];
            lazily(served, "banyan.served", "backend", outcome.backend()).increment();
            lazily(statuses, "banyan.replies", "status", status).increment();
        }
    }

    private LongAdder lazily(Map<String, LongAdder> counters, String name, String tag, String value) {
        LongAdder known = counters.get(value);
        return known != null ? known : counters.computeIfAbsent(value, key -> counter(name, tag, key));
    }

    private static <K, V> V of(Map<K, V> all, K key) {
        V value = all.get(key);
        if (value == null) {
            throw new IllegalStateException("no counter for " + key);
        }
        return value;
    }

    /** Returns requests by the side their callers were assigned. */
    public long assigned(Side side) {
        return of(assigned, side).sum();
    }

    /** Returns requests that the assigned side failed, including those the baseline then served. */
    public long errors(Side side) {
        return of(errors, side).sum();
    }

    public long fallbacks() {
        return fallbacks.sum();
    }

    public long aborted() {
        return aborted.sum();
    }

    /** Returns replies by the backend that served them. */
    public Map<String, Long> served() {
        return sums(served);
    }

    /** Returns replies by {@code 2xx}, {@code 3xx} and so on. */
    public Map<String, Long> statuses() {
        return sums(statuses);
    }

    /** Returns calls that brought no usable reply, by reason; reasons that never happened are left out. */
    public Map<String, Long> failures() {
        var sums = new TreeMap<String, Long>();
        failures.forEach((failure, count) -> {
            if (count.sum() > 0) {
                sums.put(failure.name().toLowerCase(Locale.ROOT), count.sum());
            }
        });
        return sums;
    }

    /** Returns the mean time to a reply's head in milliseconds, 0 when there was none. */
    public double meanHeadMillis(Side side) {
        return of(heads, side).mean(TimeUnit.MILLISECONDS);
    }

    private static Map<String, Long> sums(Map<String, LongAdder> counters) {
        var sums = new TreeMap<String, Long>();
        counters.forEach((name, count) -> sums.put(name, count.sum()));
        return sums;
    }
}
