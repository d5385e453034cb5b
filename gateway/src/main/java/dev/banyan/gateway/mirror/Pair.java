package dev.banyan.gateway.mirror;

import dev.banyan.gateway.call.Call;
import dev.banyan.gateway.call.Onlooker;
import dev.banyan.gateway.connect.Pool;
import dev.banyan.gateway.record.Outcome;
import dev.banyan.rules.Decision;
import dev.banyan.rules.Mirror;
import dev.banyan.rules.Side;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/** A caller's call on its way, and the copy that is asked for when its reply has arrived; used by one thread at a time. */
final class Pair implements Onlooker.Watch {

    private final RouteMirror mirror;
    private final Call call;
    private final Decision.Copy copy;
    private final Pool pool;
    private final Copies copies;
    private final Comparing comparing;
    final Collected requestBody;
    private final Collected body;
    /** Whether all of the request has come: a part of it is a request that nobody made. */
    private boolean requestWhole;

    /** Whether nothing comes of it any more, and its place is given back. */
    private boolean over;

    private int status;
    private @Nullable HttpHeaders head;

    /** @param pool whose connections the copy goes over */
    Pair(RouteMirror mirror, Call call, Decision.Copy copy, Pool pool, Copies copies, Comparing comparing) {
        this.mirror = mirror;
        this.call = call;
        this.copy = copy;
        this.pool = pool;
        this.copies = copies;
        this.comparing = comparing;
        this.requestBody = Collected.within(mirror.settings().bodyBytesMax(), mirror.memory());
        this.body = new Collected(mirror.settings().bodyBytesMax(), null);
        this.requestWhole = !call.hasBody();
    }

    @Override
    public void requestPiece(ByteBuf piece) {
        requestBody.add(piece);
    }

    @Override
    public void requestEnded() {
        requestWhole = true;
    }

    @Override
    public boolean replyBegins(int replyStatus, HttpHeaders replyHead) {
        Skipped why = hindrance(replyStatus, replyHead);
        if (why == null
                && copy.side() == Side.BASELINE
                && !comparing.mayAskBaseline(call.rules().baseline())) {
            why = Skipped.EXTRA_LOAD;
        }
        if (why == null && (requestBody.hadNoRoom() || !mirror.enter())) {
            why = Skipped.BUSY;
        }
        requestBody.giveBack(); // the place has memory for all of the pair
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
        if (Conditions.decide(replyStatus)) {
            return Skipped.CONDITIONAL;
        }
        if (replyHead.get(HttpHeaderNames.CONTENT_TYPE, "").startsWith("text/event-stream")) {
            return Skipped.STREAM;
        }
        String length = replyHead.get(HttpHeaderNames.CONTENT_LENGTH);
        if (length != null && !call.method().equals("HEAD")) {
            body.expect(Long.parseLong(length)); // the decoder has refused what is no number
        }
        return body.isTooLong() || requestBody.isTooLong() ? Skipped.TOO_LARGE : null;
    }

    /* What is too long may go on for hours, and its place is somebody else's from here on. */
    @Override
    public void piece(ByteBuf piece) {
        body.add(piece);
        if (body.isTooLong() && !over) {
            over = true;
            requestBody.forget();
            mirror.counts().skipped(Skipped.TOO_LARGE);
            mirror.leave();
        }
    }

    @Override
    public void ended(Outcome outcome) {
        if (over) {
            return;
        }
        HttpHeaders came = head;
        if (came == null) {
            requestBody.giveBack();
            mirror.counts().skipped(outcome.aborted() ? Skipped.ABORTED : Skipped.NO_REPLY);
            return; // no reply has begun, and no place was taken
        }
        Skipped why = outcome.aborted() || !requestWhole
                ? Skipped.ABORTED
                : outcome.failure() != null ? Skipped.NO_REPLY : requestBody.isTooLong() ? Skipped.TOO_LARGE : null;
        if (why != null) {
            mirror.counts().skipped(why);
            mirror.leave();
            return;
        }
        Request request = Request.of(pool, call, copy, requestBody.handOver());
        var own = new Kept(status, came, body);
        copies.ask(request, copy.side(), mirror.settings(), body, asked -> answered(request, own, asked));
    }

    private void answered(Request request, Kept own, Asked asked) {
        mirror.counts().asked(copy.side(), asked);
        switch (asked) {
            case Asked.Replied replied -> replied(request, own, replied.reply());
            case Asked.Failed _ -> {
                mirror.counts().notComparable(); // else gates would pass by the pages that the other side can do
                mirror.leave();
            }
            case Asked.NotSent(Skipped why) -> {
                mirror.counts().skipped(why);
                mirror.leave();
            }
        }
    }

    private void replied(Request request, Kept own, Kept other) {
        if (Conditions.decide(other.status()) && mayBeConditional(request)) {
            mirror.counts().skipped(Skipped.CONDITIONAL);
            mirror.leave();
            return;
        }
        boolean toCandidate = copy.side() == Side.CANDIDATE;
        comparing.take(mirror, request, toCandidate ? own : other, toCandidate ? other : own);
    }

    /* Copies of reads bear no conditions. */
    private static boolean mayBeConditional(Request request) {
        return !Mirror.READS.contains(request.method()) && Conditions.areIn(request.head());
    }
}
