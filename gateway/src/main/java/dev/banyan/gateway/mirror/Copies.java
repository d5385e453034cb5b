package dev.banyan.gateway.mirror;

import dev.banyan.gateway.backend.BackendFailure;
import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.backend.Instance;
import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.gateway.connect.Pool;
import dev.banyan.gateway.http.MirrorMark;
import dev.banyan.rules.Mirror;
import dev.banyan.rules.Route;
import dev.banyan.rules.Side;
import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/** Asks a side without a caller: over connections of its own, once, without redirects or conditions, and never longer than the mirror's time. */
@SuppressWarnings("FutureReturnValueIgnored") // whoever is to be told is told, unless the gateway stops
final class Copies {

    private static final Logger LOG = LoggerFactory.getLogger(Copies.class);

    private final MirrorMark mark;
    private final Filtering filtering;

    Copies(MirrorMark mark, Filtering filtering) {
        this.mark = mark;
        this.filtering = filtering;
    }

    /**
     * Asks a side on the request's event loop, and tells {@code then} there what came of it.
     *
     * @param like what the reply's body is probably equal to, or null
     */
    void ask(Request request, Side side, Mirror mirror, @Nullable Collected like, Consumer<Asked> then) {
        onLoop(request.pool(), 0, then, () -> askHere(request, side, mirror, like, then));
    }

    /** Asks both sides, as {@link #ask} does, after so many milliseconds. */
    void askBoth(Request request, Mirror mirror, long afterMillis, Consumer<Asked> first, Consumer<Asked> second) {
        onLoop(request.pool(), afterMillis, first.andThen(second), () -> {
            askHere(request, Side.BASELINE, mirror, null, first);
            askHere(request, Side.CANDIDATE, mirror, null, second);
        });
    }

    private void onLoop(Pool pool, long afterMillis, Consumer<Asked> then, Runnable work) {
        EventLoop loop = pool.loop();
        if (afterMillis == 0 && loop.inEventLoop()) {
            work.run();
            return;
        }
        try {
            loop.schedule(work, afterMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            then.accept(new Asked.NotSent(Skipped.BUSY));
        }
    }

    private void askHere(Request request, Side side, Mirror mirror, @Nullable Collected like, Consumer<Asked> then) {
        var line = new Filtering.Line(request.method(), request.target(), request.head());
        if (request.filtered() == null || side == Side.BASELINE) {
            send(request, side, line, mirror, like, then);
        } else {
            new Filtered(request, mirror, like, then).pass(request.filtered(), line);
        }
    }

    private void send(
            Request request,
            Side side,
            Filtering.Line line,
            Mirror mirror,
            @Nullable Collected like,
            Consumer<Asked> then) {
        LiveBackend backend = request.backend(side);
        Instance instance = backend.pick(null);
        if (instance == null) {
            then.accept(new Asked.Failed(Failure.UNHEALTHY));
        } else if (!backend.copies().take()) {
            then.accept(new Asked.NotSent(Skipped.BUSY));
        } else {
            var body = new Collected(mirror.bodyBytesMax(), like);
            Consumer<Asked> left = asked -> {
                backend.copies().giveBack();
                then.accept(asked);
            };
            new Copy(request, side, line, mark, mirror.timeout(), body, left).begin(backend, instance);
        }
    }

    /** A copy that passes its route's filters on its way to the candidate and back. */
    private final class Filtered {

        private final Request request;
        private final Mirror mirror;
        private final @Nullable Collected like;
        private final Consumer<Asked> then;

        /** What came of the copy itself; a filter that answers in its place leaves this. */
        private Asked outcome = new Asked.NotSent(Skipped.NO_REPLY);

        private boolean passed;

        Filtered(Request request, Mirror mirror, @Nullable Collected like, Consumer<Asked> then) {
            this.request = request;
            this.mirror = mirror;
            this.like = like;
            this.then = then;
        }

        void pass(Route route, Filtering.Line line) {
            filtering
                    .pass(request.rules(), route, request.asked(), line, this::ask)
                    .subscribe(this::passed, this::notPassed, this::done);
        }

        private Mono<Filtering.Head> ask(Filtering.Line line) {
            return Mono.create(reply -> send(request, Side.CANDIDATE, line, mirror, like, asked -> {
                outcome = asked;
                if (asked instanceof Asked.Replied replied) {
                    reply.success(new Filtering.Head(
                            replied.reply().status(), replied.reply().head()));
                } else {
                    reply.error(new BackendFailure(Failure.RESET)); // no reply to pass back; the outcome says why
                }
            }));
        }

        /** This is the head that a caller would get. */
        private void passed(Filtering.Head head) {
            passed = true;
            if (outcome instanceof Asked.Replied(Kept reply, long headNanos)) {
                outcome = new Asked.Replied(new Kept(head.status(), head.headers(), reply.body()), headNanos);
            }
        }

        private void done() {
            boolean filtersAnswered = !passed && outcome instanceof Asked.Replied;
            then.accept(filtersAnswered ? new Asked.NotSent(Skipped.NO_REPLY) : outcome);
        }

        private void notPassed(Throwable error) {
            if (!(error instanceof BackendFailure)) {
                LOG.warn("a copy of {} did not pass its route's filters", request.shown(), error);
                outcome = new Asked.NotSent(Skipped.NO_REPLY);
            }
            then.accept(outcome);
        }
    }
}
