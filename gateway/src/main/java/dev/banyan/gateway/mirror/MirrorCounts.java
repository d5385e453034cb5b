package dev.banyan.gateway.mirror;

import dev.banyan.rules.Severity;
import dev.banyan.rules.Side;
import dev.banyan.rules.gate.LatencyRecorder;
import dev.banyan.rules.gate.Mismatches;
import dev.banyan.rules.gate.SideCounts;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What became of a route's mirrored requests since the gateway started. */
public final class MirrorCounts {

    /** How the copies that one side was asked came out. */
    private static final class Copied {
        private final LongAdder requests = new LongAdder();
        private final LongAdder errors = new LongAdder();
        private final LatencyRecorder heads = new LatencyRecorder();

        void replied(int status, long headNanos) {
            requests.increment();
            if (status >= 500) {
                errors.increment();
            }
            heads.record(headNanos);
        }

        void failed() {
            requests.increment();
            errors.increment();
        }
    }

    private final Map<Side, Copied> copied = new EnumMap<>(Side.class);
    private final Map<Skipped, LongAdder> skipped = new EnumMap<>(Skipped.class);
    private final Map<Severity, LongAdder> mismatched = new EnumMap<>(Severity.class);
    private final LongAdder compared = new LongAdder();
    private final LongAdder notComparable = new LongAdder();

    MirrorCounts(String route, MeterRegistry meters) {
        for (Side side : Side.values()) {
            var of = new Copied();
            copied.put(side, of);
            register(meters, "banyan.mirror.copies", of.requests, "route", route, "asked", word(side));
            register(meters, "banyan.mirror.errors", of.errors, "route", route, "asked", word(side));
        }
        for (Skipped why : Skipped.values()) {
            var adder = new LongAdder();
            skipped.put(why, adder);
            register(meters, "banyan.mirror.skipped", adder, "route", route, "reason", word(why));
        }
        for (Severity severity : Severity.values()) {
            var adder = new LongAdder();
            mismatched.put(severity, adder);
            register(meters, "banyan.mirror.mismatched", adder, "route", route, "severity", word(severity));
        }
        register(meters, "banyan.mirror.compared", compared, "route", route);
        register(meters, "banyan.mirror.not.comparable", notComparable, "route", route);
    }

    private static void register(MeterRegistry meters, String name, LongAdder adder, String... tags) {
        FunctionCounter.builder(name, adder, LongAdder::sum).tags(tags).register(meters);
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    void asked(Side side, Asked asked) {
        Copied of = of(copied, side);
        switch (asked) {
            case Asked.Replied(Kept reply, long headNanos) -> of.replied(reply.status(), headNanos);
            case Asked.Failed _ -> of.failed();
            case Asked.NotSent _ -> {}
        }
    }

    void skipped(Skipped why) {
        of(skipped, why).increment();
    }

    /** A pair was compared; {@code worst} is null for one that does not differ. */
    void compared(@Nullable Severity worst) {
        if (worst != null) {
            of(mismatched, worst).increment();
        }
        compared.increment();
    }

    void notComparable() {
        notComparable.increment();
    }

    /** How copies to a side came out, errors first so that they are never more than the requests. */
    public SideCounts copies(Side side) {
        Copied of = of(copied, side);
        long errors = of.errors.sum();
        return new SideCounts(Math.max(errors, of.requests.sum()), errors, of.heads.soFar());
    }

    /** What comparing found. */
    public Mismatches mismatches() {
        long breaking = of(mismatched, Severity.BREAKING).sum();
        long behavioural = of(mismatched, Severity.BEHAVIOURAL).sum();
        long compatible = of(mismatched, Severity.COMPATIBLE).sum();
        long all = Math.max(compared.sum(), breaking + behavioural + compatible);
        return new Mismatches(all, breaking, behavioural, compatible, notComparable.sum());
    }

    /** Requests that were not mirrored or not compared, by reason; those that never happened are left out. */
    public Map<Skipped, Long> skippedSoFar() {
        var sums = new EnumMap<Skipped, Long>(Skipped.class);
        skipped.forEach((why, count) -> {
            if (count.sum() > 0) {
                sums.put(why, count.sum());
            }
        });
        return sums;
    }

    private static <K, V> V of(Map<K, V> all, K key) {
        V value = all.get(key);
        if (value == null) {
            throw new IllegalStateException("no counter for " + key);
        }
        return value;
    }
}
