package dev.banyan.catalog.feed;

import dev.banyan.catalog.projection.Applied;
import dev.banyan.catalog.projection.BatchPlan.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;

/**
 * What has happened to the events: meters for Prometheus, and a {@link Snapshot} since the start or the last
 * {@link #reset}. The time from commit to visible leaves backfilled events out, as nobody waited for those.
 */
public final class FeedStatus {

    private static final Duration LATENCY_MAX = Duration.ofHours(1);
    private static final double NANOS_A_SECOND = 1e9;

    private final MeterRegistry meters;
    private final Counter received;
    private final Map<Outcome, Counter> outcomes = new EnumMap<>(Outcome.class);
    private final Counter unknown;
    private final Counter faults;
    private final Counter rewound;
    private final AtomicLong faultsKept = new AtomicLong();
    private final Timer commitToVisible;
    private final ConcurrentSkipListMap<Integer, AtomicLong> lags = new ConcurrentSkipListMap<>();

    private final LongSupplier nanoTime;
    private final AtomicLong passedAtNanos;

    private final Object lock = new Object();
    private final Histogram latencyMicros = new Histogram(LATENCY_MAX.toNanos() / 1_000, 3);
    private Counts counts = Counts.ZERO;

    /** Counts into {@code meters}. */
    public FeedStatus(MeterRegistry meters) {
        this(meters, System::nanoTime);
    }

    /** One whose time passes as {@code nanoTime} says. */
    FeedStatus(MeterRegistry meters, LongSupplier nanoTime) {
        this.meters = meters;
        this.nanoTime = nanoTime;
        this.passedAtNanos = new AtomicLong(nanoTime.getAsLong());
        this.received = counter("catalog.events.received", "Records that this instance settled");
        for (var outcome : Outcome.values()) {
            outcomes.put(
                    outcome,
                    counter(
                            "catalog.events." + outcome.name().toLowerCase(Locale.ROOT),
                            "Events by what became of them"));
        }
        this.unknown = counter("catalog.events.unknown", "Events of a type that is none of this service's business");
        this.faults = counter("catalog.events.fault", "Records that went to the fault table");
        this.rewound = counter("catalog.feed.rewound", "Times the hub did not have the stored position any more");
        Gauge.builder("catalog.feed.faults", faultsKept, AtomicLong::doubleValue)
                .description("Records in the fault table, whichever instance put them there")
                .register(meters);
        Gauge.builder("catalog.feed.stalled", passedAtNanos, at -> (nanoTime.getAsLong() - at.get()) / NANOS_A_SECOND)
                .description("Time since the feed last had applied all that it had read")
                .baseUnit("seconds")
                .register(meters);
        this.commitToVisible = Timer.builder("catalog.commit.to.visible")
                .description("From the commit in the source's database to the commit in this service's")
                .publishPercentileHistogram()
                .publishPercentiles(0.5, 0.99)
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofMinutes(1))
                .register(meters);
    }

    /** Counts since the start or the last reset; each record is in exactly one of the last five. */
    public record Counts(long received, long applied, long duplicate, long stale, long unknown, long fault) {
        static final Counts ZERO = new Counts(0, 0, 0, 0, 0, 0);
    }

    /** Milliseconds from commit to visible. */
    public record Latency(long count, double p50, double p99, double max) {}

    /** All of it at one instant; {@code lag} counts the records not yet read, by partition. */
    public record Snapshot(Counts events, Latency commitToVisibleMillis, Map<Integer, Long> lag) {}

    void applied(Applied applied, Instant now) {
        received.increment(applied.records());
        unknown.increment(applied.unknown());
        faults.increment(applied.faults());
        var byOutcome = new EnumMap<Outcome, Integer>(Outcome.class);
        synchronized (lock) {
            for (var event : applied.events()) {
                byOutcome.merge(event.outcome(), 1, Integer::sum);
                var envelope = event.event().envelope();
                if (event.outcome() == Outcome.APPLIED && !envelope.backfill()) {
                    latency(Duration.between(envelope.committedAt(), now));
                }
            }
            counts = new Counts(
                    counts.received() + applied.records(),
                    counts.applied() + byOutcome.getOrDefault(Outcome.APPLIED, 0),
                    counts.duplicate() + byOutcome.getOrDefault(Outcome.DUPLICATE, 0),
                    counts.stale() + byOutcome.getOrDefault(Outcome.STALE, 0),
                    counts.unknown() + applied.unknown(),
                    counts.fault() + applied.faults());
        }
        outcomes.forEach((outcome, counter) -> counter.increment(byOutcome.getOrDefault(outcome, 0)));
    }

    // two machines' clocks may disagree: a negative time is none, and nothing is too long to count
    private void latency(Duration latency) {
        var bounded = latency.isNegative() ? Duration.ZERO : latency;
        commitToVisible.record(bounded);
        latencyMicros.recordValue(Math.min(bounded.toNanos() / 1_000, LATENCY_MAX.toNanos() / 1_000));
    }

    void lag(int partition, long records) {
        lags.computeIfAbsent(partition, this::lagGauge).set(records);
    }

    private AtomicLong lagGauge(int partition) {
        var lag = new AtomicLong();
        Gauge.builder("catalog.feed.lag", lag, AtomicLong::doubleValue)
                .description("Records of the partition that are not read yet")
                .tag("partition", Integer.toString(partition))
                .register(meters);
        return lag;
    }

    /** The feed has applied all that it had read, were it nothing. */
    void passed() {
        passedAtNanos.set(nanoTime.getAsLong());
    }

    /** So many records are in the fault table, whoever counted them. */
    void faultsKept(long records) {
        faultsKept.set(records);
    }

    void rewound() {
        rewound.increment();
    }

    /** The figures now. */
    public Snapshot snapshot() {
        var lag = new ConcurrentSkipListMap<Integer, Long>();
        lags.forEach((partition, records) -> lag.put(partition, records.get()));
        synchronized (lock) {
            return new Snapshot(
                    counts,
                    new Latency(
                            latencyMicros.getTotalCount(),
                            latencyMicros.getValueAtPercentile(50) / 1_000.0,
                            latencyMicros.getValueAtPercentile(99) / 1_000.0,
                            latencyMicros.getMaxValue() / 1_000.0),
                    lag);
        }
    }

    /** Starts the counts and the latencies of {@link #snapshot} anew; the meters go on. */
    public void reset() {
        synchronized (lock) {
            counts = Counts.ZERO;
            latencyMicros.reset();
        }
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(meters);
    }
}
