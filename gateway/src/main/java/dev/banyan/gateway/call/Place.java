package dev.banyan.gateway.call;

import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.backend.Instance;
import dev.banyan.gateway.backend.LiveBackend;
import org.jspecify.annotations.Nullable;

/** A call's place among those in flight at a backend and at one of its instances, given back exactly once. */
final class Place {

    private boolean tellsSpeed;
    /** When the backend that was turned to last was: what others took before is not its time. */
    private long startNanos;

    private @Nullable LiveBackend backend;
    private @Nullable Instance instance;
    private boolean entered;
    private boolean instanceEntered;
    private boolean reported;

    /** Returns the backend that was turned to last, even if it had no place. */
    @Nullable
    LiveBackend backend() {
        return backend;
    }

    /** Returns the instance that was turned to last. */
    @Nullable
    Instance instance() {
        return instance;
    }

    /**
     * Takes a place at {@code next}, or says why there is none.
     *
     * @param tells whether the time until its reply is its own, and not that of a body on its way
     */
    @Nullable
    Failure enter(LiveBackend next, boolean tells) {
        tellsSpeed = tells;
        backend = next;
        instance = null;
        startNanos = System.nanoTime();
        Failure refused = next.enter(tellsSpeed);
        entered = refused == null;
        reported = false;
        return refused;
    }

    /** Takes the next instance of the backend that was entered, not {@code except} where there is another. */
    @Nullable
    Instance turnTo(@Nullable Instance except) {
        leaveInstance();
        if (backend == null) {
            throw new IllegalStateException("no backend entered");
        }
        instance = backend.pick(except);
        if (instance != null) {
            instance.enter();
            instanceEntered = true;
        }
        return instance;
    }

    private void leaveInstance() {
        if (instanceEntered && instance != null) {
            instance.leave();
        }
        instanceEntered = false;
    }

    /** Tells the backend how the call came out, the first time that is known. */
    void report(@Nullable Failure outcome) {
        if (entered && !reported && backend != null) {
            reported = true;
            backend.report(outcome, startNanos, System.nanoTime() - startNanos, tellsSpeed);
        }
    }

    /** Leaves the backend; safe to call again. */
    void leave() {
        leaveInstance();
        if (entered && backend != null) {
            entered = false;
            if (!reported) {
                reported = true;
                backend.withdraw(startNanos, System.nanoTime() - startNanos, tellsSpeed);
            }
            backend.leave();
        }
    }
}
