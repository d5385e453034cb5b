package dev.banyan.gateway.mirror;

import dev.banyan.gateway.call.Call;
import dev.banyan.gateway.call.Onlooker;
import dev.banyan.gateway.compare.Reply;
import dev.banyan.gateway.record.Outcome;
import dev.banyan.rules.Decision;
import dev.banyan.rules.Side;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A caller's call on its way, and the copy that is asked for when its reply has arrived; confined to the caller's event loop. */
final class Pair implements Onlooker.Watch {

    private final RouteMirror mirror;
    private final Call call;
    private final Decision.Copy copy;
    private final Copies copies;
    private final Comparing comparing;
    private final BooleanSupplier mayAsk;
    private final Collected requestBody;
    private final Collected body;
    private int status;
    private @Nullable HttpHeaders head;

    /** @param mayAsk asked before the baseline is asked for what only comparing needs */
    Pair(
            RouteMirror mirror,
            Call call,
            Decision.Copy copy,
            Copies copies,
            Comparing comparing,
            BooleanSupplier mayAsk) {
        this.mirror = mirror;
        this.call = call;
        this.copy = copy;
        this.copies = copies;
        this.comparing = comparing;
        this.mayAsk = mayAsk;
        this.requestBody = new Collected(mirror.settings().bodyBytesMax());
        this.body = new Collected(mirror.settings().bodyBytesMax());
    }

    @Override
    public void requestPiece(ByteBuf piece) {
        requestBody.add(piece);
    }

    @Override
    public boolean replyBegins(int replyStatus, HttpHeaders replyHead) {
        Skipped why = hindrance(replyStatus, replyHead);
        if (why == null && copy.side() == Side.BASELINE && !mayAsk.getAsBoolean()) {
            why = Skipped.EXTRA_LOAD;
        }
        if (why == null && !mirror.enter()) {
            why = Skipped.BUSY;
        }
        if (why != null) {
            mirror.counts().skipped(why);
            return false;
        }
        status = replyStatus;
        head = replyHead.copy(); // it is mended for the caller
        return true;
    }

    private @Nullable Skipped hindrance(int replyStatus, HttpHeaders replyHead) {
        if (call.fellBack()) {
            return Skipped.NO_REPLY;
        }
        if (requestBody.isTooLong()) {
            return Skipped.TOO_LARGE;
        }
        if (replyStatus == 206 || replyStatus == 304 || replyStatus == 412 || replyStatus == 416) {
            return Skipped.CONDITIONAL;
        }
        String type = replyHead.get(HttpHeaderNames.CONTENT_TYPE, "");
        return type.startsWith("text/event-stream") ? Skipped.STREAM : null;
    }

    @Override
    public void piece(ByteBuf piece) {
        body.add(piece);
    }

    @Override
    public void ended(Outcome outcome) {
        HttpHeaders came = head;
        if (came == null) {
            mirror.counts().skipped(outcome.aborted() ? Skipped.ABORTED : Skipped.NO_REPLY);
            return; // no reply has begun, and no place was taken
        }
        Skipped why = outcome.aborted()
                ? Skipped.ABORTED
                : outcome.failure() != null
                        ? Skipped.NO_REPLY
                        : body.isTooLong() || requestBody.isTooLong() ? Skipped.TOO_LARGE : null;
        if (why != null) {
            mirror.counts().skipped(why);
            mirror.leave();
            return;
        }
        Request request = Request.of(call, copy, requestBody.toBytes());
        copies.ask(request, copy.side(), mirror.settings()).subscribe(asked -> answered(request, came, asked));
    }

    private void answered(Request request, HttpHeaders came, Asked asked) {
        mirror.counts().asked(copy.side(), asked);
        switch (asked) {
            case Asked.Replied replied -> {
                Reply other = replied.reply();
                Reply own = Copies.reply(status, came, body);
                boolean toCandidate = copy.side() == Side.CANDIDATE;
                comparing.take(mirror, request, toCandidate ? own : other, toCandidate ? other : own, mayAsk);
            }
            case Asked.Failed _ -> mirror.leave();
            case Asked.TooLarge _ -> {
                mirror.counts().notComparable();
                mirror.leave();
            }
        }
    }
}
