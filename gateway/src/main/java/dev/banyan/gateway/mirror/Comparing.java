package dev.banyan.gateway.mirror;

import dev.banyan.gateway.backend.Budget;
import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.gateway.compare.Comparer;
import dev.banyan.gateway.compare.Comparison;
import dev.banyan.gateway.compare.Comparison.Differs;
import dev.banyan.gateway.compare.Comparison.NotComparable;
import dev.banyan.gateway.compare.Reply;
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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compares pairs, on threads of its own where they are not identical, asks again where they differ, and files what came of it. */
final class Comparing implements AutoCloseable {

    /*
     * Data may change between the two requests of a pair. So both sides are asked once more a moment later: what differs
     * then too is confirmed, what does not was transient. Where nobody may be asked again, because the request is a
     * write, the baseline's budget is spent or many wait for that, a difference counts as if it were confirmed: never the other way
     * round.
     */

    private static final Logger LOG = LoggerFactory.getLogger(Comparing.class);

    /** Long enough for a write that was on its way, and for a read model to catch up with it. */
    private static final Duration AGAIN_AFTER = Duration.ofSeconds(1);

    /** Pairs beyond these are not compared; each of them has a place of its route. */
    private static final int WAITING_MAX = 1_000;

    /** As many again may wait of those that were asked again, so that what is known to differ is not lost to what may be equal. */
    private static final int ALL_WAITING_MAX = 2 * WAITING_MAX;

    /** One for a small machine, so that traffic keeps the other core. */
    private static final int THREADS = Runtime.getRuntime().availableProcessors() < 4 ? 1 : 2;

    private final Copies copies;
    private final Budget budget;
    private final InstantSource clock;
    private final ThreadPoolExecutor threads;

    Comparing(Copies copies, Budget budget, InstantSource clock) {
        this.copies = copies;
        this.budget = budget;
        this.clock = clock;
        this.threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(ALL_WAITING_MAX),
                Thread.ofPlatform().name("banyan-compare-", 0).daemon().factory());
    }

    /** Whether the baseline may be asked for what only comparing needs; takes it out of its extra load. */
    boolean mayAskBaseline(LiveBackend baseline) {
        return baseline.backend().extraLoad() > 0 && budget.take();
    }

    /** Takes in a pair, whose place is given back when all is done. Never waits. */
    void take(RouteMirror mirror, Request request, Kept baseline, Kept candidate) {
        if (mirror.ledger().isClosed()) {
            mirror.leave(); // the rules that it would be compared by hold no more, alike or not
            return;
        }
        // Drawn before anybody knows how it comes out: a share of the pairs that are alike would say little of the
        // rest.
        boolean control = ThreadLocalRandom.current().nextInt(100) < mirror.noisePercent();
        if (baseline.isIdenticalTo(candidate, mirror.comparedHeaders())) {
            mirror.ledger().addAlike();
            mirror.counts().compared(null);
            perhapsAskTwice(mirror, request, baseline, control);
        } else if (threads.getQueue().size() >= WAITING_MAX) {
            notCompared(mirror);
        } else {
            submit(
                    mirror,
                    () -> compare(mirror, request, baseline, candidate, control),
                    () -> notCompared(mirror),
                    () -> notCompared(mirror));
        }
    }

    /* It is no pair that was skipped: its bytes differ, so that gates must know of it. */
    private static void notCompared(RouteMirror mirror) {
        mirror.counts().notComparable();
        mirror.leave();
    }

    /**
     * Has {@code work} done, {@code failed} after a mistake of ours in it or where memory ran out, or {@code instead} at once where too many
     * wait.
     */
    private void submit(RouteMirror mirror, Runnable work, Runnable failed, Runnable instead) {
        try {
            threads.execute(() -> {
                try {
                    work.run();
                } catch (RuntimeException | Error e) {
                    failed.run(); // first: to log takes memory
                    LOG.warn("a comparison of route {} failed", mirror.name(), e);
                }
            });
        } catch (RejectedExecutionException e) {
            instead.run();
        }
    }

    private void compare(RouteMirror mirror, Request request, Kept keptBaseline, Kept keptCandidate, boolean control) {
        if (mirror.ledger().isClosed()) {
            mirror.leave(); // the rules that it would be compared by hold no more
            return;
        }
        Reply baseline = keptBaseline.toReply();
        Reply candidate = keptCandidate.toReply();
        Comparer comparer = mirror.comparer(request.asked());
        Comparison comparison = comparer.compare(baseline, candidate, clock.instant());
        if (comparison instanceof Differs differs && mayAskAgain(mirror, request)) {
            askAgain(mirror, request, differs, again -> {
                if (mirror.ledger().isClosed()) {
                    mirror.leaveWaiting();
                    return;
                }
                Comparison second = compare(comparer, again);
                mirror.ledger()
                        .add(
                                differs,
                                second,
                                () -> comparer.sample(clock.instant(), request.shown(), baseline, candidate));
                if (control && again.baseline instanceof Asked.Replied other) {
                    Reply itself = other.reply().toReply();
                    mirror.ledger().addControl(comparer.compare(baseline, itself, clock.instant()));
                }
                // Last, since what fails before it is counted as if it were confirmed.
                mirror.counts().compared(worstConfirmed(differs, second));
                mirror.leaveWaiting();
            });
            mirror.leave();
            return;
        }
        mirror.ledger().add(comparison, () -> comparer.sample(clock.instant(), request.shown(), baseline, candidate));
        switch (comparison) {
            case Comparison.Same _ -> mirror.counts().compared(null);
            case Differs differs -> mirror.counts().compared(differs.worst());
            case NotComparable _ -> mirror.counts().notComparable();
        }
        perhapsAskTwice(mirror, request, keptBaseline, control);
    }

    /** Takes a place among those that wait for that. */
    private boolean mayAskAgain(RouteMirror mirror, Request request) {
        if (!mirror.enterWaiting()) {
            return false;
        }
        boolean may = mayAsk(request);
        if (!may) {
            mirror.leaveWaiting();
        }
        return may;
    }

    private boolean mayAsk(Request request) {
        return Mirror.READS.contains(request.method()) && mayAskBaseline(request.baseline());
    }

    /** Two replies to one more request; confined to its event loop until both are there. */
    private static final class Again {
        private @Nullable Asked baseline;
        private @Nullable Asked candidate;
    }

    private void askAgain(RouteMirror mirror, Request request, Differs first, Consumer<Again> then) {
        var again = new Again();
        Runnable oneIsThere = () -> {
            if (again.baseline != null && again.candidate != null) {
                Runnable unconfirmed = () -> {
                    mirror.counts().compared(first.worst()); // as where nobody may be asked again
                    mirror.leaveWaiting();
                };
                submit(mirror, () -> then.accept(again), unconfirmed, unconfirmed);
            }
        };
        copies.askBoth(
                request,
                mirror.settings(),
                AGAIN_AFTER.toMillis(),
                asked -> {
                    again.baseline = asked;
                    oneIsThere.run();
                },
                asked -> {
                    again.candidate = asked;
                    oneIsThere.run();
                });
    }

    /** Finds out how the baseline differs from itself, if it is the pair's turn. */
    private void perhapsAskTwice(RouteMirror mirror, Request request, Kept baseline, boolean control) {
        if (!control || !mayAsk(request)) {
            mirror.leave();
            return;
        }
        copies.ask(
                request,
                Side.BASELINE,
                mirror.settings(),
                baseline.body(),
                asked -> submit(
                        mirror,
                        () -> {
                            if (asked instanceof Asked.Replied again) {
                                Reply itself = again.reply().toReply();
                                mirror.ledger()
                                        .addControl(mirror.comparer(request.asked())
                                                .compare(baseline.toReply(), itself, clock.instant()));
                            }
                            mirror.leave();
                        },
                        mirror::leave,
                        mirror::leave));
    }

    private Comparison compare(Comparer comparer, Again again) {
        if (again.baseline instanceof Asked.Replied one && again.candidate instanceof Asked.Replied other) {
            return comparer.compare(one.reply().toReply(), other.reply().toReply(), clock.instant());
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
                first.confirmedBy(second).stream()
                        .map(key -> key.kind().severity())
                        .max(Comparator.naturalOrder())
                        .orElse(null);
        };
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
