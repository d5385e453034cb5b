package dev.banyan.bridge.aws;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.EventsRefused;
import dev.banyan.bridge.hub.HubRefused;
import dev.banyan.bridge.hub.HubUnavailable;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;

/** One publish: sends events until all have arrived, several calls at a time. */
final class Sending {

    private static final int CALLS_MAX = 4;
    private static final Pattern NO_RIGHT = Pattern.compile("AccessDenied|NotAuthorized|AuthorizationError");
    private static final Duration PAUSE_FIRST = Duration.ofMillis(50);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);
    private static final long LOOK_AGAIN_NANOS = Duration.ofMillis(100).toNanos();

    /** How a call ended: with what it refused, or as a whole. */
    private record Outcome(
            List<Entry> entries,
            List<Target.Refusal> refusals,
            @Nullable SdkException failure) {}

    private final Target target;
    private final RandomGenerator random;
    private final Duration patience;
    private final Supplier<String> hindrance;
    private final KeyedQueue queue;
    private final CallSize size;
    private final LinkedBlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    private int underWay;
    private int callsAllowed = CALLS_MAX;
    private final Map<String, String> refusedForGood = new HashMap<>();
    private String firstRefusedForGood = "";
    private String lastRefusal = "";
    private @Nullable Throwable lastFailure;

    /** One that begins calls of {@code size}, which it knows better behind each, as long as {@code hindrance} says nothing. */
    Sending(Target target, RandomGenerator random, Duration patience, Supplier<String> hindrance, CallSize size) {
        this.size = size;
        this.target = target;
        this.random = random;
        this.patience = patience;
        this.hindrance = hindrance;
        this.queue = new KeyedQueue(target.limits());
    }

    void add(DomainEvent event, String destination) {
        var entry = target.entry(event, destination);
        if (entry.bytes() > target.limits().entryBytesMax()) {
            throw new HubRefused("event " + event.id() + " of " + event.subject() + ": " + entry.bytes()
                    + " bytes (expected: at most " + target.limits().entryBytesMax() + ")");
        }
        queue.add(entry);
    }

    /**
     * Returns when all have arrived. The ids of those that have go to {@code arrived} as they do, also when the rest fails. What the service will
     * never take is in an {@link EventsRefused}, once all has arrived that is of other keys.
     */
    void run(Set<String> arrived) throws HubUnavailable {
        var lastArrival = System.nanoTime();
        try (var calls = Executors.newVirtualThreadPerTaskExecutor()) {
            while (!queue.isEmpty()) {
                var hindered = hindrance.get();
                if (!hindered.isEmpty()) {
                    calls.shutdownNow();
                    throw unavailable(hindered);
                }
                for (var batch = next(); !batch.isEmpty(); batch = next()) {
                    var entries = batch;
                    underWay++;
                    calls.execute(() -> outcomes.add(call(entries)));
                }
                var outcome = outcomes.poll(pause(), TimeUnit.NANOSECONDS);
                if (outcome != null) {
                    underWay--;
                    if (settle(outcome, arrived)) {
                        lastArrival = System.nanoTime();
                    } else if (underWay == 0 && System.nanoTime() - lastArrival > patience.toNanos()) {
                        throw unavailable("nothing arrived for " + patience.toSeconds() + " s");
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HubUnavailable("interrupted while publishing", e);
        }
        if (!refusedForGood.isEmpty()) {
            throw new EventsRefused(firstRefusedForGood, refusedForGood);
        }
    }

    private List<Entry> next() {
        return underWay < callsAllowed ? queue.take(System.nanoTime(), size.bytesMax()) : List.of();
    }

    private long pause() {
        return underWay > 0 ? LOOK_AGAIN_NANOS : queue.nanosToNext(System.nanoTime(), LOOK_AGAIN_NANOS);
    }

    private Outcome call(List<Entry> entries) {
        try {
            return new Outcome(entries, target.send(entries.getFirst().destination(), entries), null);
        } catch (SdkException e) {
            return new Outcome(entries, List.of(), e);
        } catch (RuntimeException
                | Error e) { // without an outcome nobody would hear of it, and the call would be under way for ever
            return new Outcome(entries, List.of(), SdkException.create(String.valueOf(e), e));
        }
    }

    /** Files what became of a call; true when something of it arrived, or when smaller calls may yet. */
    private boolean settle(Outcome outcome, Set<String> arrived) {
        var entries = outcome.entries;
        if (outcome.failure != null) {
            lastFailure = outcome.failure;
            lastRefusal = entries.getFirst().destination() + ": " + reason(outcome.failure);
            slowDown();
            entries.forEach(this::again);
            return isOutOfTime(outcome.failure) && size.late(bytes(entries));
        }
        var refused = new boolean[entries.size()];
        for (var refusal : outcome.refusals) {
            var entry = entries.get(refusal.place());
            refused[refusal.place()] = true;
            var why = refusal.code() + ": " + refusal.message();
            lastRefusal = entry.destination() + ": " + why;
            if (refusal.isFinal()) {
                giveUp(entry, why);
            } else {
                again(entry);
            }
        }
        for (var i = 0; i < refused.length; i++) {
            if (!refused[i]) {
                arrived.add(entries.get(i).event().id());
                queue.arrived(entries.get(i));
            }
        }
        if (outcome.refusals.isEmpty()) {
            callsAllowed = Math.min(CALLS_MAX, callsAllowed + 1);
            size.inTime(bytes(entries));
        } else {
            slowDown();
        }
        return outcome.refusals.size() < entries.size();
    }

    private void giveUp(Entry entry, String why) {
        if (refusedForGood.isEmpty()) {
            firstRefusedForGood = "event " + entry.event().id() + " of "
                    + entry.event().subject() + " to " + entry.destination() + ": " + why;
        }
        refusedForGood.put(entry.event().id(), why);
        queue.giveUp(entry);
    }

    private static long bytes(List<Entry> entries) {
        return entries.stream().mapToLong(Entry::bytes).sum();
    }

    private static boolean isOutOfTime(SdkException failure) {
        return failure instanceof ApiCallTimeoutException || failure.getCause() instanceof SocketTimeoutException;
    }

    private void slowDown() {
        callsAllowed = Math.max(1, callsAllowed / 2);
    }

    /** Full jitter: whoever was refused together does not come back together. */
    private void again(Entry entry) {
        var doublings = Math.min(queue.refusals(entry), 10);
        var most = Math.min(PAUSE_MAX.toNanos(), PAUSE_FIRST.toNanos() << doublings);
        queue.refused(entry, System.nanoTime() + PAUSE_FIRST.toNanos() / 5 + random.nextLong(most));
    }

    private HubUnavailable unavailable(String what) {
        var why = lastFailure == null ? new IllegalStateException(lastRefusal) : lastFailure;
        return new HubUnavailable("publishing: " + what + ": " + lastRefusal, why);
    }

    /** True when {@code reason} says that we may not ask; who may not ask may send all the same. */
    static boolean isNoRight(String reason) {
        return NO_RIGHT.matcher(reason).lookingAt();
    }

    static String reason(SdkException failure) {
        if (failure instanceof AwsServiceException service && service.awsErrorDetails() != null) {
            return service.awsErrorDetails().errorCode() + ": "
                    + service.awsErrorDetails().errorMessage();
        }
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("no reason given");
    }
}
