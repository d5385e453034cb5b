package dev.banyan.gateway.mirror;

import dev.banyan.gateway.compare.Comparer;
import dev.banyan.gateway.compare.Comparison;
import dev.banyan.gateway.compare.Comparison.Differs;
import dev.banyan.gateway.compare.Comparison.NotComparable;
import dev.banyan.gateway.compare.Evidence;
import dev.banyan.gateway.compare.Reply;
import dev.banyan.gateway.compare.Standing;
import dev.banyan.rules.Mirror;
import dev.banyan.rules.Severity;
import dev.banyan.rules.Side;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/** Compares pairs on a thread of its own, asks again where they differ, and files what came of it. */
final class Comparing implements AutoCloseable {

    /*
     * Data may change between the two requests of a pair. So both sides are asked once more a moment later: what differs
     * then too is confirmed, what does not was transient. Where nobody may be asked again, because the request is a
     * write or the baseline's budget is spent, a difference counts as if it were confirmed: never the other way round.
     */

    private static final Logger LOG = LoggerFactory.getLogger(Comparing.class);

    /** Long enough for a write that was on its way, and for a read model to catch up with it. */
    private static final Duration AGAIN_AFTER = Duration.ofSeconds(1);

    private static final int WAITING_MAX = 1_000;

    private final Copies copies;
    private final Evidence evidence;
    private final InstantSource clock;
    private final ThreadPoolExecutor thread;

    Comparing(Copies copies, Evidence evidence, InstantSource clock) {
        this.copies = copies;
        this.evidence = evidence;
        this.clock = clock;
        this.thread = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(WAITING_MAX),
                Thread.ofPlatform().name("banyan-compare").daemon().factory());
    }

    /**
     * Takes in a pair, whose place is given back when all is done.
     *
     * @param mayAsk asked before the baseline is asked once more
     */
    void take(RouteMirror mirror, Request request, Reply baseline, Reply candidate, BooleanSupplier mayAsk) {
        submit(mirror, () -> compare(mirror, request, baseline, candidate, mayAsk));
    }

    private void submit(RouteMirror mirror, Runnable work) {
        try {
            thread.execute(() -> {
                try {
                    work.run();
                } catch (RuntimeException e) {
                    LOG.warn("a comparison of route {} failed", mirror.name(), e);
                    mirror.leave();
                }
            });
        } catch (RejectedExecutionException e) {
            mirror.counts().skipped(Skipped.BUSY);
            mirror.leave();
        }
    }

    private void compare(RouteMirror mirror, Request request, Reply baseline, Reply candidate, BooleanSupplier mayAsk) {
        Comparer comparer = mirror.comparer(request.asked());
        Comparison comparison = comparer.compare(baseline, candidate, clock.instant());
        boolean isRead = Mirror.READS.contains(request.method());
        if (comparison instanceof Differs differs && isRead && mayAsk.getAsBoolean()) {
            Mono.delay(AGAIN_AFTER)
                    .then(Mono.zip(
                            copies.ask(request, Side.BASELINE, mirror.settings()),
                            copies.ask(request, Side.CANDIDATE, mirror.settings())))
                    .subscribe(
                            both -> submit(mirror, () -> {
                                Comparison again = compare(comparer, both.getT1(), both.getT2());
                                evidence.add(
                                        mirror.name(),
                                        differs,
                                        again,
                                        () -> comparer.sample(clock.instant(), request.shown(), baseline, candidate));
                                mirror.counts().compared(worstConfirmed(differs, again));
                                mirror.leave();
                            }),
                            error -> {
                                LOG.warn("route {} could not be asked again", mirror.name(), error);
                                mirror.leave();
                            });
            return;
        }
        evidence.add(
                mirror.name(),
                comparison,
                () -> comparer.sample(clock.instant(), request.shown(), baseline, candidate));
        switch (comparison) {
            case Comparison.Same _ -> mirror.counts().compared(null);
            case Differs differs -> mirror.counts().compared(differs.worst());
            case NotComparable _ -> mirror.counts().notComparable();
        }
        boolean control = isRead && ThreadLocalRandom.current().nextInt(100) < mirror.noisePercent();
        if (control && mayAsk.getAsBoolean()) {
            askTwice(mirror, request, comparer, baseline);
        } else {
            mirror.leave();
        }
    }

    /** Finds out how the baseline differs from itself. */
    private void askTwice(RouteMirror mirror, Request request, Comparer comparer, Reply baseline) {
        copies.ask(request, Side.BASELINE, mirror.settings())
                .subscribe(
                        asked -> submit(mirror, () -> {
                            if (asked instanceof Asked.Replied again) {
                                evidence.addControl(
                                        mirror.name(), comparer.compare(baseline, again.reply(), clock.instant()));
                            }
                            mirror.leave();
                        }),
                        error -> {
                            LOG.warn("the baseline of route {} could not be asked twice", mirror.name(), error);
                            mirror.leave();
                        });
    }

    private Comparison compare(Comparer comparer, Asked baseline, Asked candidate) {
        if (baseline instanceof Asked.Replied one && candidate instanceof Asked.Replied other) {
            return comparer.compare(one.reply(), other.reply(), clock.instant());
        }
        return new NotComparable(Comparison.Reason.FAILED, "no second replies");
    }

    /** The worst of what differs both times; null when nothing does. Without a second comparison all counts. */
    static @Nullable Severity worstConfirmed(Differs first, Comparison again) {
        return switch (again) {
            case Comparison.Same _ -> null;
            case NotComparable _ -> first.worst();
            // What was not listed either time may be the same difference, and then it counts.
            case Differs second when first.more() > 0 && second.more() > 0 -> first.worst();
            case Differs second ->
                Standing.confirmed(first, second).stream()
                        .map(key -> key.kind().severity())
                        .max(Comparator.naturalOrder())
                        .orElse(null);
        };
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
