package dev.banyan.gateway.call;

import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.backend.Fallback;
import dev.banyan.gateway.backend.Instance;
import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.gateway.http.AttemptCount;
import dev.banyan.gateway.live.LiveRules;
import dev.banyan.rules.Decision;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/** Who is asked for a call that the rules have decided, and who next when that comes to nothing. */
final class Attempts {

    private static final int UNAVAILABLE = 503;

    private final LiveRules rules;
    private final Decision.Routed routed;
    private final HttpHeaders head;
    private final Place place = new Place();

    private boolean tellsSpeed;
    private boolean mayFallBack;
    private boolean repeatable;
    private boolean fellBack;
    private boolean reconnected;
    private int retries;
    /** How often somebody was asked, whoever it was. */
    private int count;

    private @Nullable Failure failure;

    Attempts(LiveRules rules, Decision.Routed routed, HttpHeaders head) {
        this.rules = rules;
        this.routed = routed;
        this.head = head;
    }

    Decision.Routed routed() {
        return routed;
    }

    /** Turns to the backend the call is assigned to. */
    Step begin(String method, boolean hasBody) {
        tellsSpeed = !hasBody;
        repeatable = Fallback.isRepeatable(method, hasBody);
        mayFallBack = routed.mayFallBack() && repeatable;
        return turnTo(assigned());
    }

    /** The same for a call that is not tried again or elsewhere, and whose time is not the backend's own. */
    Step beginOnce() {
        return turnTo(assigned());
    }

    private LiveBackend assigned() {
        return rules.backends().get(routed.backend().name());
    }

    private Step turnTo(LiveBackend backend) {
        retries = 0;
        Failure refused = place.enter(backend, tellsSpeed);
        return refused == null ? ask(null, Failure.UNHEALTHY) : giveUp(refused);
    }

    /** Asks an instance, not {@code except} where there is another; {@code soFar} is what the call was so far if there is none. */
    private Step ask(@Nullable Instance except, Failure soFar) {
        reconnected = false;
        Instance instance = place.turnTo(except);
        if (instance == null) {
            place.report(soFar);
            return giveUp(Failure.UNHEALTHY);
        }
        count++;
        return new Step.Ask(serving(), instance, false);
    }

    /** A reply's head has come. */
    Step replied(int status) {
        Failure said = Failure.ofStatus(status);
        if (status == UNAVAILABLE && mayRetry(Failure.STATUS_503)) {
            return ask(place.instance(), Failure.STATUS_503);
        }
        place.report(said); // what comes of the call, and not of an instance that another one stood in for
        return said != null && mayFallBack && !fellBack ? giveUp(said) : new Step.Forward();
    }

    /** No usable reply has come. {@code connectionWasUsed} says whether it was not the connection's first request. */
    Step failed(Failure why, boolean connectionWasUsed) {
        Instance instance = place.instance();
        if (!reconnected && instance != null && Fallback.mayReconnect(why, repeatable, connectionWasUsed)) {
            reconnected = true;
            count++;
            return new Step.Ask(serving(), instance, true);
        }
        if (mayRetry(why)) {
            return ask(instance, why);
        }
        place.report(why);
        return giveUp(why);
    }

    private boolean mayRetry(Failure why) {
        if (!repeatable || AttemptCount.of(head) > 1 || !serving().mayRetry(why, retries)) {
            return false;
        }
        retries++;
        return true;
    }

    private Step giveUp(Failure why) {
        place.leave();
        cameToNothing(why);
        if (mayFallBack && !fellBack) {
            fellBack = true;
            return turnTo(rules.baseline());
        }
        return new Step.Answer(why);
    }

    /** Why the call failed, unless something before was the reason. */
    void cameToNothing(Failure why) {
        failure = failure == null ? why : failure;
    }

    /** Part of the reply has left and the rest will not come. */
    void brokeOff(Failure why) {
        failure = why;
    }

    /** The backend is not asked any more; safe to call again. */
    void leave() {
        place.leave();
    }

    /** Why the call failed, or why the baseline stood in; null when all went well. */
    @Nullable
    Failure failure() {
        return failure;
    }

    boolean fellBack() {
        return fellBack;
    }

    int count() {
        return count;
    }

    /** Returns the backend that is asked, or the one the call is assigned to before any is. */
    LiveBackend serving() {
        LiveBackend entered = place.backend();
        return entered == null ? assigned() : entered;
    }

    /** Returns the instance that was asked last. */
    @Nullable
    Instance instance() {
        return place.instance();
    }
}
