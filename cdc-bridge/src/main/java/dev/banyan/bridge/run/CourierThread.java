package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.change.Spoken;
import dev.banyan.bridge.store.Ledger;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The thread on which a courier goes step by step, with pauses while the hub fails. */
final class CourierThread {

    private static final Duration PAUSE_FIRST = Duration.ofMillis(100);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);

    private final Courier courier;
    private final Intake intake;
    private final Ledger ledger;
    private final Progress progress;
    private final Consumer<Point> watcher;
    private final Thread thread;
    private boolean isIdle;
    private boolean hubFails;
    private boolean isClosed;
    private @Nullable RuntimeException failure;

    CourierThread(Courier courier, Intake intake, Ledger ledger, Progress progress, Consumer<Point> watcher) {
        this.watcher = watcher;
        this.courier = courier;
        this.intake = intake;
        this.ledger = ledger;
        this.progress = progress;
        this.thread = Thread.ofPlatform().name("banyan-courier").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        var pause = PAUSE_FIRST;
        try {
            while (!isClosed()) {
                switch (courier.step()) {
                    case Courier.Step.Delivered _ -> {
                        pause = PAUSE_FIRST;
                        delivered();
                    }
                    case Courier.Step.Idle _ -> {
                        pause = PAUSE_FIRST;
                        idle();
                    }
                    case Courier.Step.HubFailed(var why) -> {
                        failed(why, pause);
                        pause = pause.multipliedBy(2).compareTo(PAUSE_MAX) > 0 ? PAUSE_MAX : pause.multipliedBy(2);
                    }
                }
            }
        } catch (RuntimeException e) {
            fail(e);
        } catch (Throwable e) { // an error too: whoever waits for this thread has to hear of its end
            fail(new IllegalStateException("the delivery broke off: " + Spoken.of(e), e));
        }
    }

    private synchronized boolean isClosed() {
        return isClosed;
    }

    private synchronized void fail(RuntimeException e) {
        failure = e;
        notifyAll();
    }

    private void delivered() {
        hubAnswers();
        if (intake.isSpooling()) {
            ledger.force();
            intake.forgetTaken();
            watcher.accept(Point.SPOOL_FORGOTTEN);
            progress.spool(intake.spoolBytes());
            progress.enter(Progress.State.CATCHING_UP, "");
        }
    }

    private synchronized void hubAnswers() {
        hubFails = false;
    }

    /** Ends a spool that is empty; then waits until something is given. */
    private void idle() throws InterruptedException {
        hubAnswers();
        if (intake.isSpooling()) {
            ledger.force();
            if (!intake.endSpool()) {
                return;
            }
            watcher.accept(Point.SPOOL_ENDED);
            progress.spool(0);
            progress.enter(Progress.State.STREAMING, "");
        }
        synchronized (this) {
            if (!intake.isEmpty() || intake.isSpooling()) {
                return; // given, or spooled, since the courier looked
            }
            isIdle = true;
            notifyAll();
            while (isIdle && !isClosed) {
                wait();
            }
        }
    }

    private synchronized void failed(String why, Duration pause) throws InterruptedException {
        hubFails = true;
        progress.hubFailures.incrementAndGet();
        progress.enter(intake.isSpooling() ? Progress.State.SPOOLING : Progress.State.HUB_UNAVAILABLE, why);
        notifyAll();
        var until = System.nanoTime() + pause.toNanos();
        for (var left = pause.toNanos(); left > 0 && !isClosed; left = until - System.nanoTime()) {
            wait(Math.max(1, left / 1_000_000));
        }
    }

    /** Gives {@code arrivals} to the courier; false when they have to go to the spool. */
    synchronized boolean give(List<Arrival> arrivals) {
        if (!intake.give(arrivals)) {
            return false;
        }
        isIdle = false;
        notifyAll();
        return true;
    }

    /** Begins a spool with {@code arrivals}, which were given before. */
    void beginSpool(List<Arrival> arrivals) {
        intake.beginSpool(arrivals);
        synchronized (this) {
            isIdle = false;
            notifyAll();
        }
    }

    /** Waits until everything given is delivered, at most so long; true when it is. Throws what the courier failed with. */
    synchronized boolean awaitIdle(Duration most) throws InterruptedException {
        var until = System.nanoTime() + most.toNanos();
        for (var left = most.toNanos(); left > 0 && !isIdle && failure == null; left = until - System.nanoTime()) {
            wait(Math.max(1, left / 1_000_000));
        }
        if (failure != null) {
            throw failure;
        }
        return isIdle;
    }

    /** True while the hub's last answer was that it does not take anything. */
    synchronized boolean hubFails() {
        return hubFails;
    }

    /** What the courier failed with; null while it has not. */
    synchronized @Nullable RuntimeException failure() {
        return failure;
    }

    /** Throws what the courier failed with, if it did. */
    synchronized void check() {
        if (failure != null) {
            throw failure;
        }
    }

    /** Lets the step it is at end, and no other begin. */
    synchronized void close() {
        isClosed = true;
        notifyAll();
    }

    boolean isAlive() {
        return thread.isAlive();
    }
}
