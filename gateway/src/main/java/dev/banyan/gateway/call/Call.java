package dev.banyan.gateway.call;

import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.backend.Instance;
import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.gateway.http.AttemptCount;
import dev.banyan.gateway.http.Origin;
import dev.banyan.gateway.http.OwnCookies;
import dev.banyan.gateway.http.Target;
import dev.banyan.gateway.live.LiveRules;
import dev.banyan.gateway.record.Outcome;
import dev.banyan.rules.Decision;
import dev.banyan.rules.RequestFacts;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AttributeKey;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way, whichever path it takes; confined to the event loop of its connection. After {@link #decide} and {@link
 * #begin}, whoever carries it does what each {@link Step} says, tells {@link #replied} or {@link #failed} what came of it, and
 * {@link #end} once.
 */
public final class Call {

    private static final int TOO_LARGE = 413;

    private static final AttributeKey<@Nullable Call> DECIDED = AttributeKey.valueOf("banyan.decidedCall");

    private final long startNanos = System.nanoTime();
    private final Intake intake;
    private final LiveRules rules;
    private final String method;
    private final String target;
    private final HttpHeaders head;
    private final Origin asked;
    private final boolean hasBody;
    private final boolean mayChoose;
    private final boolean isCopy;

    private @Nullable Attempts attempts;

    private boolean refused;
    private long headNanos;
    /** How many bytes of the body may still come. */
    private long bodyRoom = Long.MAX_VALUE;

    private Onlooker.@Nullable Watch watch;

    /** How much of the body who looks on has not been shown yet; negative where nothing says how long it is. */
    private long unseen = -1;

    Call(
            Intake intake,
            LiveRules rules,
            String method,
            String target,
            HttpHeaders head,
            Origin asked,
            boolean hasBody,
            boolean mayChoose,
            boolean isCopy) {
        this.intake = intake;
        this.rules = rules;
        this.method = method;
        this.target = target;
        this.head = head;
        this.asked = asked;
        this.hasBody = hasBody;
        this.mayChoose = mayChoose;
        this.isCopy = isCopy;
    }

    /** Leaves a call that is decided to whoever reads the request next on this connection; null leaves none. */
    public static void handOver(Channel connection, @Nullable Call decided) {
        if (decided != null || connection.hasAttr(DECIDED)) {
            connection.attr(DECIDED).set(decided);
        }
    }

    /** Takes the call that was left on this connection, or null. */
    public static @Nullable Call takeOver(Channel connection) {
        return connection.hasAttr(DECIDED) ? connection.attr(DECIDED).getAndSet(null) : null;
    }

    public LiveRules rules() {
        return rules;
    }

    public String method() {
        return method;
    }

    /** Path and query as the client sent them. */
    public String target() {
        return target;
    }

    /** The client's headers without those that end at this hop, and with ours. */
    public HttpHeaders head() {
        return head;
    }

    /** The origin the client asked for. */
    public Origin asked() {
        return asked;
    }

    public boolean hasBody() {
        return hasBody;
    }

    /** Whether it is a copy that came back to us, of which no caller hears. */
    public boolean isCopy() {
        return isCopy;
    }

    /** Asks the rules. Null when a backend is to be asked; else what the gateway answers itself, which is counted. */
    public @Nullable OwnReply decide() {
        if (Memory.isShort(hasBody)) {
            return refused(noRoom());
        }
        var facts = new RequestFacts(
                head.get(HttpHeaderNames.HOST, ""),
                method,
                Target.path(target),
                Target.query(target),
                new HeadLookup(head),
                asked.scheme().equals("https"),
                mayChoose,
                intake.rules().clock().millis(),
                intake.publicOrigin() == null ? null : asked.authority());
        return switch (rules.table().decide(facts)) {
            case Decision.Refused(int status, String reason) -> refused(OwnReply.refusal(status, reason));
            case Decision.Gone gone -> {
                intake.traffic().gone(gone.route().name(), head.get(HttpHeaderNames.USER_AGENT));
                yield OwnReply.gone(gone.route().retired());
            }
            case Decision.Redirected redirected -> {
                intake.traffic().redirected(redirected.route().name(), redirected.status());
                yield OwnReply.redirect(redirected, asked);
            }
            case Decision.Routed to -> {
                attempts = new Attempts(rules, to, head);
                yield limitBody(to.bodyBytesMax());
            }
        };
    }

    private @Nullable OwnReply limitBody(@Nullable Long bytesMax) {
        if (!hasBody || bytesMax == null) {
            return null;
        }
        bodyRoom = bytesMax;
        String length = head.get(HttpHeaderNames.CONTENT_LENGTH);
        return length != null && Long.parseLong(length) > bodyRoom
                ? refused(tooLarge())
                : null; // the decoder refuses what is no number
    }

    /** Returns {@code reply}, which the client gets of this request and nothing else: it counts as refused, and no more once it ends. */
    public OwnReply refused(OwnReply reply) {
        refused = true;
        intake.traffic().refused(reply.status());
        return reply;
    }

    /** Returns the reply for a request whose body there is no memory for. */
    public OwnReply noRoom() {
        return OwnReply.refusal(Memory.REFUSAL.status(), Memory.REFUSAL.reason())
                .andClose();
    }

    /** Returns the reply for a body that is longer than the route allows. */
    public OwnReply tooLarge() {
        return OwnReply.refusal(TOO_LARGE, "the body is longer than this route takes")
                .andClose();
    }

    /** Where the rules send it, once they were asked. */
    public Decision.Routed routed() {
        return attempts().routed();
    }

    private Attempts attempts() {
        if (attempts == null) {
            throw new IllegalStateException("not decided yet");
        }
        return attempts;
    }

    /** Turns to the backend it is assigned to, for {@code client}. */
    public Step begin(Channel client) {
        watch = intake.onlooker().callBegins(this, client);
        String length = watch == null ? null : head.get(HttpHeaderNames.CONTENT_LENGTH);
        if (length != null) {
            unseen = Long.parseLong(length); // the decoder refuses what is no number
            endWithLength();
        }
        return attempts().begin(method, hasBody);
    }

    /** The same for a request to switch protocols: nobody looks on, and whatever fails is not tried again or elsewhere. */
    public Step beginUpgrade() {
        return attempts().beginOnce();
    }

    /** A reply's head has come. */
    public Step replied(int status) {
        headNanos = System.nanoTime() - startNanos;
        return attempts().replied(status);
    }

    /**
     * No usable reply has come, and the client is still there.
     *
     * @param connectionWasUsed whether it was not the connection's first request
     */
    public Step failed(Failure why, boolean connectionWasUsed) {
        return attempts().failed(why, connectionWasUsed);
    }

    /** Whether somebody was asked before. */
    public boolean isAgain() {
        return attempts().count() > 1;
    }

    /** Says in a head that goes to a backend which attempt it is, where that is not the first. */
    public void markAttempt(HttpHeaders sent) {
        if (isAgain()) {
            AttemptCount.write(sent, AttemptCount.of(head) + attempts().count() - 1);
        }
    }

    /** Part of the reply has left and the rest will not come. */
    public void brokeOff(Failure why) {
        attempts().brokeOff(why);
    }

    /** The client has gone, or was let go: whatever the backend does from now on does not count. */
    public void abandon() {
        if (attempts != null) {
            attempts.leave();
        }
    }

    /** Returns the backend that is asked, or the one the request is assigned to before any is. */
    public LiveBackend serving() {
        return attempts().serving();
    }

    public boolean fellBack() {
        return attempts().fellBack();
    }

    /** Returns the reply for a backend that gave none. */
    public OwnReply answerFor(Failure why) {
        attempts().cameToNothing(why);
        return OwnReply.failure(why);
    }

    /** Whether {@code backend} is the one the rules name, so that what the route changes of a request is meant for it. */
    public boolean isAssigned(LiveBackend backend) {
        return backend.name().equals(routed().backend().name());
    }

    /** Returns what {@code backend} is asked for, given what it would be without the route's rewrite. */
    public String rewritten(String wanted, LiveBackend backend) {
        return Target.rewritten(wanted, isAssigned(backend) ? routed().rewritten() : null);
    }

    /** Returns the name that {@code backend} is called by instead of its own, or null. */
    public @Nullable String hostFor(LiveBackend backend) {
        Decision.Rewritten rewritten = routed().rewritten();
        return rewritten != null && isAssigned(backend) ? rewritten.hostname() : null;
    }

    /** Returns the names of cookies that {@code backend} is not sent and may not set. */
    public Set<String> foreignCookies(LiveBackend backend) {
        return rules.cookies().foreignTo(backend.name());
    }

    /** Returns how long {@code backend} may take until the head of its reply. */
    public Duration headTimeout(LiveBackend backend) {
        return isAssigned(backend)
                ? routed().requestTimeout()
                : backend.backend().timeouts().request();
    }

    /** A piece of the request's body has come, and is shown to who looks on. False when it makes the body too long. */
    public boolean requestPiece(ByteBuf piece) {
        bodyRoom -= piece.readableBytes();
        if (bodyRoom < 0) {
            return false;
        }
        if (watch != null) {
            watch.requestPiece(piece);
            unseen -= piece.readableBytes();
            endWithLength();
        }
        return true;
    }

    /** A backend knows by its length where a body ends, and may answer before that is told here. */
    private void endWithLength() {
        if (unseen == 0) {
            requestEnded();
        }
    }

    /** All of the request's body has come, and all of it was shown. */
    public void requestEnded() {
        if (watch != null) {
            watch.requestEnded();
        }
    }

    /** Shows the reply to who looks on, before {@link #mend} changes it. Returns whether they want to see its body. */
    public boolean replyBegins(int status, HttpHeaders reply) {
        if (watch != null && !watch.replyBegins(status, reply)) {
            watch = null;
        }
        return watch != null;
    }

    /** Shows a piece of the reply's body. */
    public void piece(ByteBuf piece) {
        if (watch != null) {
            watch.piece(piece);
        }
    }

    /** Mends a reply's head for the client. {@code reveal} adds which way it came. */
    public void mend(HttpHeaders reply, boolean reveal) {
        Instance instance = attempts().instance();
        Origin from = instance == null ? serving().instances().getFirst().origin() : instance.origin();
        OwnCookies.removeFromReply(reply, foreignCookies(serving()));
        ReplyHead.mend(reply, routed(), rules.origins(), asked, from);
        if (reveal) {
            ReplyHead.reveal(reply, routed(), serving().name(), rules.hash());
        }
    }

    /**
     * Leaves the backend and counts how it ended.
     *
     * @param status what the client got; 0 when it left before
     * @param aborted whether the client left before the end
     */
    public void end(int status, boolean aborted) {
        attempts().leave();
        count(status, aborted);
    }

    /** Counts how it came out, where the backend is not left with that. */
    public void count(int status, boolean aborted) {
        String route = routed().name();
        var outcome = new Outcome(
                route == null ? Outcome.NO_ROUTE : route,
                routed().side(),
                serving().name(),
                status,
                attempts().failure(),
                fellBack(),
                aborted,
                headNanos,
                false);
        if (!refused) {
            intake.traffic().add(outcome, rules.counts(), routed().place());
        }
        if (watch != null) {
            watch.ended(outcome);
            watch = null;
        }
    }
}
