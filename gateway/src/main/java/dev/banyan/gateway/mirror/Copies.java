package dev.banyan.gateway.mirror;

import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.backend.Instance;
import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.gateway.connect.Pool;
import dev.banyan.gateway.http.MirrorMark;
import dev.banyan.rules.Mirror;
import dev.banyan.rules.Side;
import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks a side without a caller: over connections of its own, once, without redirects, and never longer than the mirror's time. */
@SuppressWarnings("FutureReturnValueIgnored") // whoever is to be told is told, unless the gateway stops
final class Copies {

    private final MirrorMark mark;

    Copies(MirrorMark mark) {
        this.mark = mark;
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
            then.accept(new Asked.NotSent());
        }
    }

    private void askHere(Request request, Side side, Mirror mirror, @Nullable Collected like, Consumer<Asked> then) {
        LiveBackend backend = request.backend(side);
        Instance instance = backend.pick(null);
        if (instance == null) {
            then.accept(new Asked.Failed(Failure.UNHEALTHY));
        } else if (!backend.copies().take()) {
            then.accept(new Asked.NotSent());
        } else {
            var body = new Collected(mirror.bodyBytesMax(), like);
            Consumer<Asked> left = asked -> {
                backend.copies().giveBack();
                then.accept(asked);
            };
            new Copy(request, side, mark, mirror.timeout(), body, left).begin(backend, instance);
        }
    }
}
