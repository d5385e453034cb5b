package dev.banyan.gateway.backend;

import dev.banyan.gateway.edge.Late;
import dev.banyan.gateway.edge.TcpState;
import io.netty.channel.Channel;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Until when a backend is waited for, on the event loop of its connection. What was not read because this process did not run counts as in time.
 */
public final class Deadline {

    /*
     * One timer serves everything that is waited for, and lives across calls: a deadline is only written down. When the timer goes off it looks at
     * what is due and sets itself anew; it is brought forward by a nearer deadline alone. What the system knows of a connection is asked only then.
     */

    private final EventExecutor loop;
    private final Runnable passed;
    private final Late late = new Late();
    private @Nullable Future<?> timer;
    private long timerAt;

    private boolean awaited;
    private long at;

    /** What carries the call that is under way, or null. */
    private @Nullable Channel over;

    private long patienceNanos;
    private long silenceNanos;
    private boolean replying;
    private long turnNanos;

    /** There is none, to begin with; {@code passed} runs when one has passed. */
    public Deadline(EventExecutor loop, Runnable passed) {
        this.loop = loop;
        this.passed = passed;
    }

    /** In place of the one there was. */
    public void in(long nanos) {
        none();
        set(nanos);
    }

    /** Also the call, if there was one, is over. */
    public void none() {
        awaited = false;
        over = null;
    }

    /** For good. */
    public void end() {
        none();
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    /** A call begins, whose backend has so long for its reply's head, and without taking any of the request. */
    public void callBegins(Channel channel, long nanos) {
        none();
        over = channel;
        patienceNanos = nanos;
        replying = false;
    }

    /** Its reply has begun, and may bring nothing for so long, while nothing of the request can be sent either; 0 is for as long as it likes. */
    public void replyBegins(long nanos) {
        silenceNanos = nanos;
        replying = true;
    }

    /**
     * Waits for what the backend has to do next, if it is its turn: to take more of the request, to begin its reply, to go on with it. Whatever the
     * system can send of the request begins the time anew: who takes it, however slowly, is not to blame.
     *
     * @param sent whether all of the request has been handed over
     * @param wanted whether somebody takes more of the reply
     */
    public void turn(boolean sent, boolean wanted) {
        awaited = false;
        Channel channel = over;
        if (channel == null || (replying && !wanted)) {
            return;
        }
        boolean takes = sent || !channel.isWritable();
        turnNanos = !takes ? 0 : replying ? silence(sent) : patienceNanos;
        if (turnNanos > 0) {
            set(turnNanos);
        }
    }

    /** Room for more of a request shows in steps, for which silence alone may be too short. */
    private long silence(boolean sent) {
        return sent || silenceNanos == 0 ? silenceNanos : Math.max(silenceNanos, patienceNanos);
    }

    private void set(long nanos) {
        awaited = true;
        at = System.nanoTime() + nanos;
        lookAt(at);
    }

    private void lookAt(long nanos) {
        if (timer != null) {
            if (timerAt - nanos <= 0) {
                return;
            }
            timer.cancel(false);
        }
        timerAt = nanos;
        timer = loop.schedule(this::look, Math.max(0, nanos - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    private void look() {
        timer = null;
        long now = System.nanoTime();
        boolean again = late.looksAgain(awaited ? timerAt : now, now); // who waits for nothing is never late
        if (!awaited) {
            return;
        }
        if (again) {
            lookAt(now + Late.AGAIN_NANOS);
            return;
        }
        if (now - at >= 0 && over != null) {
            at = now + Math.max(0, turnNanos - TcpState.quietNanos(over));
        }
        if (now - at < 0) {
            lookAt(at);
        } else {
            none();
            passed.run();
        }
    }
}
