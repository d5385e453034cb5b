package dev.banyan.gateway.mirror;

import dev.banyan.gateway.call.Onlooker;
import dev.banyan.gateway.compare.Reply;
import dev.banyan.gateway.record.Outcome;
import dev.banyan.rules.Side;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.function.BooleanSupplier;

/** A caller's reply on its way, and the copy that is asked for when it has arrived; confined to the caller's event loop. */
final class Pair implements Onlooker.Watch {

    private final RouteMirror mirror;
    private final Request request;
    private final Side copySide;
    private final Copies copies;
    private final Comparing comparing;
    private final BooleanSupplier mayAsk;
    private final int status;
    private final HttpHeaders head;
    private final Collected body;

    /**
     * @param copySide the side that does not answer the caller
     * @param head of the reply; copied, since it is mended for the caller
     */
    Pair(
            RouteMirror mirror,
            Request request,
            Side copySide,
            Copies copies,
            Comparing comparing,
            BooleanSupplier mayAsk,
            int status,
            HttpHeaders head) {
        this.mirror = mirror;
        this.request = request;
        this.copySide = copySide;
        this.copies = copies;
        this.comparing = comparing;
        this.mayAsk = mayAsk;
        this.status = status;
        this.head = head.copy();
        this.body = new Collected(mirror.settings().bodyBytesMax());
    }

    @Override
    public void piece(ByteBuf piece) {
        body.add(piece);
    }

    @Override
    public void ended(Outcome outcome) {
        Skipped why = outcome.aborted()
                ? Skipped.ABORTED
                : outcome.failure() != null ? Skipped.NO_REPLY : body.isTooLong() ? Skipped.TOO_LARGE : null;
        if (why != null) {
            mirror.counts().skipped(why);
            mirror.leave();
            return;
        }
        copies.ask(request, copySide, mirror.settings()).subscribe(this::answered);
    }

    private void answered(Asked asked) {
        mirror.counts().asked(copySide, asked);
        switch (asked) {
            case Asked.Replied replied -> {
                Reply copy = replied.reply();
                Reply own = Copies.reply(status, head, body);
                boolean toCandidate = copySide == Side.CANDIDATE;
                comparing.take(mirror, request, toCandidate ? own : copy, toCandidate ? copy : own, mayAsk);
            }
            case Asked.Failed _ -> mirror.leave();
            case Asked.TooLarge _ -> {
                mirror.counts().notComparable();
                mirror.leave();
            }
        }
    }
}
