package dev.banyan.gateway.mirror;

import dev.banyan.gateway.backend.Limit;
import dev.banyan.gateway.compare.Comparer;
import dev.banyan.gateway.compare.Origins;
import dev.banyan.gateway.compare.RouteLedger;
import dev.banyan.gateway.http.Origin;
import dev.banyan.rules.Mirror;
import dev.banyan.rules.Route;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** The mirror of one route, for as long as what is mirrored and how it is compared stay the same. */
final class RouteMirror {

    /* Which ignore rules have expired is found out anew with each comparison's own time. */
    private static final LocalDate TODAY = LocalDate.EPOCH;

    /** What of a route makes its evidence: with any of it changed, old comparisons say nothing of new ones. */
    private record Subject(List<Object> parts) {
        static Subject of(Route route) {
            return new Subject(List.of(
                    route.matches(),
                    String.valueOf(route.candidate()),
                    String.valueOf(route.rewrite()),
                    route.filters(),
                    String.valueOf(route.mirror()),
                    route.comparison()));
        }
    }

    private final Subject subject;
    private final Mirror mirror;
    private final Set<Origin> backends;
    private final Comparer nameless;
    private final MirrorCounts counts;
    private final RouteLedger ledger;
    private final Limit memory;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();

    /** As the rules of the last call have them: the route may be at another weight since. */
    private record Of(Route route, Set<Origin> backends) {}

    private volatile Of of;

    /**
     * @param ledger what its comparisons are filed in
     * @param memory the bytes of bodies that pairs of all routes may hold
     */
    RouteMirror(
            Route route, Mirror mirror, Set<Origin> backends, MirrorCounts counts, RouteLedger ledger, Limit memory) {
        this.of = new Of(route, backends);
        this.subject = Subject.of(route);
        this.mirror = mirror;
        this.backends = backends;
        this.nameless = new Comparer(route.comparison(), new Origins(backends), TODAY);
        this.counts = counts;
        this.ledger = ledger;
        this.memory = memory;
    }

    /** Whether this mirror is the one of {@code other}, which may be the same route at another weight. One whose evidence was forgotten is nobody's. */
    @SuppressWarnings("ReferenceEquality") // the usual case, and cheap
    boolean isOf(Route other, Set<Origin> others) {
        if (ledger.isClosed()) {
            return false;
        }
        Of last = of;
        if (other == last.route && others == last.backends) {
            return true;
        }
        boolean same = subject.equals(Subject.of(other)) && backends.equals(others);
        if (same) {
            of = new Of(other, others);
        }
        return same;
    }

    Mirror settings() {
        return mirror;
    }

    String name() {
        return of.route.name();
    }

    /** The headers that are compared, in lower case. */
    List<String> comparedHeaders() {
        return of.route.comparison().headers();
    }

    /** How often of a hundred pairs the baseline is asked twice. */
    int noisePercent() {
        return of.route.comparison().noisePercent();
    }

    /** Compares replies to requests for {@code asked}: links that begin with it, or with a backend's name, are paths. */
    Comparer comparer(Origin asked) {
        var all = new HashSet<>(backends);
        all.add(asked);
        return nameless.with(new Origins(all, asked));
    }

    MirrorCounts counts() {
        return counts;
    }

    RouteLedger ledger() {
        return ledger;
    }

    /** Takes a place for a pair, or says that there is none; {@link #leave} must follow once. */
    boolean enter() {
        return enter(inFlight, mirror.inFlightMax());
    }

    void leave() {
        leave(inFlight);
    }

    /**
     * Takes a place for a pair that waits to be asked again, so that a candidate which differs always does not keep all others out; {@link
     * #leaveWaiting} must follow once.
     */
    boolean enterWaiting() {
        return enter(waiting, Math.max(1, mirror.inFlightMax() / 2));
    }

    void leaveWaiting() {
        leave(waiting);
    }

    private boolean enter(AtomicInteger places, int max) {
        if (places.incrementAndGet() > max || !memory.take(bytesMax())) {
            places.decrementAndGet();
            return false;
        }
        return true;
    }

    private void leave(AtomicInteger places) {
        memory.giveBack(bytesMax());
        places.decrementAndGet();
    }

    /** What pairs take bytes from before they have a place. */
    Limit memory() {
        return memory;
    }

    /* A request, two replies, and two more when they are asked again. */
    private long bytesMax() {
        return 5L * mirror.bodyBytesMax();
    }

    /** How many pairs have a place of either kind. */
    int inFlight() {
        return inFlight.get() + waiting.get();
    }
}
