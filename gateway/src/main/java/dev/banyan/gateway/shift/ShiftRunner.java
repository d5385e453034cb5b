package dev.banyan.gateway.shift;

import dev.banyan.gateway.store.NotLeader;
import dev.banyan.gateway.store.StoreUnavailable;
import dev.banyan.rules.Standpoint;
import dev.banyan.rules.gate.Evidence;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One gateway's part in shifts: publishes what it has seen, leads if it is the leader, hands on what people and trip-wires
 * ask, and says where each route stands here. Thread-safe.
 */
public final class ShiftRunner implements AutoCloseable {

    /*
     * Safety does not wait for the store: a roll-back or a trip-wire lowers the route here first, on the thread that asks, and stays
     * in force here until the leader has answered. So of what the journal says and what was asked here, the more cautious holds.
     * Going up is the other way round: only what is journalled goes up, and with the store down nothing is.
     */
    private static final Logger LOG = LoggerFactory.getLogger(ShiftRunner.class);

    /** How often the store is asked: others see a move within this time. */
    static final Duration TICK = Duration.ofMillis(500);

    /** How many turns pass before old counts are forgotten. */
    private static final int TURNS_TO_FORGET = 120;

    private static final Duration CLOSE_MAX = Duration.ofSeconds(10);

    /** What this gateway has counted on a route since it started; a side that serves nobody is known by mirrored calls. */
    @FunctionalInterface
    public interface Counts {
        Evidence soFar(String route, Standpoint standpoint);

        /** Counts for the routes of these plans from now on. */
        default void follow(Collection<Plan> plans) {}

        /** A route has moved: errors before that are in no row with those that follow. */
        default void begins(String route) {}
    }

    private final Supplier<Collection<Plan>> plans;
    private volatile Followed followed = Followed.of(List.of());
    private final Consumer<Map<String, Standpoint>> standpoints;
    private final ShiftStore store;
    private final LocalCopy copy;
    private final Lead lead;
    private final Observations observations;
    private final OwnCounts counts;
    private final InstantSource clock;
    private final Asked asked = new Asked();
    private final AskedAgain askedAgain;

    /** What has been answered and is not told yet, since it is not in force here. */
    private final List<Asked.Answered> untold = new ArrayList<>();

    /** The entries and files of routes at complete of which it was said that a trip-wire brings nobody back. */
    private final Map<String, String> saidAtComplete = new ConcurrentHashMap<>();

    private final LinkedBlockingQueue<Boolean> wake = new LinkedBlockingQueue<>(1);
    private volatile Map<String, Head> heads;
    private volatile boolean up;
    private volatile boolean closed;
    private volatile long readNanos = System.nanoTime();
    private Map<String, Standpoint> told = Map.of();

    /** The heads that are in force here: what people are told is never ahead of what requests see. */
    private volatile Map<String, Head> headsInForce = Map.of();

    private int turns;
    private final Thread thread;

    /**
     * @param plans of all routes in force
     * @param observations for gates that ask somebody else
     * @param standpoints is told, whenever it changes, where those routes stand that do not stand where their file says; may be
     *     called by any thread, one at a time
     * @param moved is told of every move this gateway journals as the leader, and must not block
     * @param copy keeps what must survive a restart while the store is down
     */
    public ShiftRunner(
            Supplier<Collection<Plan>> plans,
            Counts counts,
            Observations observations,
            Consumer<Map<String, Standpoint>> standpoints,
            ShiftStore store,
            Consumer<Entry> moved,
            LocalCopy copy,
            InstantSource clock) {
        this.plans = plans;
        this.standpoints = standpoints;
        this.store = store;
        this.copy = copy;
        this.lead = new Lead(store, moved, observations, clock);
        this.observations = observations;
        this.counts = new OwnCounts(counts);
        this.clock = clock;
        this.askedAgain = new AskedAgain(
                store,
                this::plan,
                command -> {
                    var _ = ask(command);
                },
                this.counts.gateway(),
                clock);
        LocalCopy.Kept kept = copy.load();
        this.heads = kept.heads();
        for (Command each : kept.commands()) {
            var _ = asked.add(each);
        }
        settle();
        this.thread = Thread.ofVirtual().name("shifts").unstarted(this::run);
    }

    /** Takes over where routes stand by the store, if it answers: called before {@link #start}, and before requests are served. */
    public void catchUp() {
        try {
            follow();
            up();
        } catch (StoreUnavailable | RuntimeException e) {
            LOG.warn("shifts: until the control store answers, routes stand as they last did here: {}", e.toString());
        }
    }

    /** Begins to follow, and to lead when it is this gateway's turn. */
    public void start() {
        thread.start();
    }

    /**
     * Asks for a move. A roll-back is in force here when this returns; the answer comes when the leader has journalled it, which
     * may be after the store is back. Going up is refused while the store is down, unless the store may have been asked before it was.
     */
    public CompletableFuture<Answer> ask(Command asks) {
        CompletableFuture<Answer> known = asked.answer(asks.id());
        if (known != null) {
            return known;
        }
        Plan plan = asks.kind().isSafety() ? plan(asks.route()) : null;
        Command command = plan == null || mayNotLower(asks, plan)
                ? asks
                : asks.under(plan.keys().whole());
        if (command.kind().isSafety() && plan == null) {
            return CompletableFuture.completedFuture(new Answer(
                    command.id(),
                    Answer.Outcome.REFUSED,
                    "no route " + command.route() + " in the rules of this gateway"));
        }
        if (!up && command.kind().isUpwards()) {
            return CompletableFuture.completedFuture(new Answer(
                    command.id(), Answer.Outcome.REFUSED, "the control store is down, and nothing goes up without it"));
        }
        if (asked.isFull() && !command.kind().isSafety()) {
            return CompletableFuture.completedFuture(
                    new Answer(command.id(), Answer.Outcome.REFUSED, "too many commands wait for an answer"));
        }
        CompletableFuture<Answer> answer = asked.add(command);
        try {
            if (command.kind().isSafety()) {
                settle();
            }
        } catch (RuntimeException | Error e) {
            LOG.error("route {}: not in force here yet, and tried again", command.route(), e);
        }
        // The leader may leave it open for days, and it holds here meanwhile.
        if (!up || command.kind().isSafety()) {
            keep();
        }
        wake.offer(true);
        return answer;
    }

    /** From complete nothing leads back by itself: a trip-wire holds for what the leader has read then, not for the file here. */
    private boolean mayNotLower(Command command, Plan plan) {
        return Lowering.of(command.kind(), standpoint(plan).stage()) == Lowering.NO_WAY_BACK;
    }

    private @Nullable Plan plan(String route) {
        return plans.get().stream()
                .filter(each -> each.route().equals(route))
                .findAny()
                .orElse(null);
    }

    /** Says that a trip-wire went off. Returns at once: it may be called where requests are served. */
    public void tripped(String route, String words) {
        if (!asked.hasTripped(route) && mayLower(route, words)) {
            var command = new Command(
                    UUID.randomUUID(), route, Command.Kind.TRIP, null, counts.gateway(), words, clock.instant(), null);
            LOG.warn("route {}: {}: back to the baseline", route, words);
            Thread.ofVirtual().name("trip").start(() -> {
                var _ = ask(command);
            });
        }
    }

    /** A trip-wire that changes nothing is not asked for: it goes off again and again. */
    private boolean mayLower(String route, String words) {
        if (!followed.areOf(plans.get())) {
            return true; // the rules have changed since the last turn
        }
        Plan plan = followed.withAnalysis().stream()
                .filter(each -> each.route().equals(route))
                .findAny()
                .orElse(null);
        if (plan == null) {
            return true; // it has no analysis any more: the leader knows
        }
        return switch (Lowering.of(Command.Kind.TRIP, standpoint(plan).stage())) {
            case LOWERS -> true;
            case CHANGES_NOTHING -> false;
            case NO_WAY_BACK -> {
                Head head = heads.get(route);
                String place =
                        (head == null ? "" : head.place()) + " " + plan.keys().whole();
                if (!place.equals(saidAtComplete.put(route, place))) {
                    LOG.warn("route {}: {}: stays, from complete only a person's roll-back leads back", route, words);
                }
                yield false;
            }
        };
    }

    /** Whether the store answered last. */
    public boolean isUp() {
        return up;
    }

    /** For how long, in seconds, it has not been read from the store where routes stand; 0 while nothing needs the store. */
    public double unreadSeconds() {
        return (System.nanoTime() - readNanos) / 1e9;
    }

    /** Whether what was asked here outlives a restart of this gateway while the store is down. */
    public boolean isKept() {
        return !copy.isFailing();
    }

    /** The newest state in force here of every route that has one. */
    public Map<String, Head> heads() {
        return headsInForce;
    }

    private void run() {
        while (!closed) {
            try {
                turn();
            } catch (RuntimeException | Error e) { // after an error it turns again, too
                LOG.error("shifts: this turn ended early", e);
            }
            try {
                wake.poll(TICK.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** One turn: tells the store, leads, and follows. */
    void turn() {
        Collection<Plan> now = plans.get();
        if (!followed.areOf(now)) {
            followed = Followed.of(now);
        }
        if (!needsStore()) {
            count();
            readNanos = System.nanoTime();
            return;
        }
        store.open();
        count();
        StoreUnavailable failed = after(null, this::handOver);
        failed = after(failed, () -> obeySafety(now));
        if (failed == null) { // nothing goes up in a turn in which the store has failed
            failed = after(null, () -> publishAndLead(now));
        }
        StoreUnavailable before = failed;
        failed = after(before, () -> {
            follow();
            if (before == null) {
                up();
            }
        });
        if (failed != null) {
            down(failed);
        }
        if (copy.isFailing()) {
            keep(); // there may be room by now
        }
        settle();
    }

    /** A part of a turn that talks to the store. */
    private interface Part {
        void run() throws StoreUnavailable;
    }

    /** Does a part whatever became of those before, and returns how the store failed first, if it did. */
    private static @Nullable StoreUnavailable after(@Nullable StoreUnavailable failed, Part part) {
        try {
            part.run();
        } catch (NotLeader e) {
            LOG.debug("another gateway leads now", e);
        } catch (StoreUnavailable e) {
            return failed == null ? e : failed;
        } catch (RuntimeException | Error e) {
            LOG.error("shifts: a part of this turn ended early", e);
        }
        return failed;
    }

    private void handOver() throws StoreUnavailable {
        if (asked.handOver(store)) {
            keep();
        }
    }

    private void obeySafety(Collection<Plan> now) throws StoreUnavailable {
        if (store.leads()) {
            lead.obeySafety(now, heads);
        }
    }

    private void publishAndLead(Collection<Plan> now) throws StoreUnavailable {
        publish();
        if (store.leads()) {
            if (lead.turn(now, heads)) {
                wake.offer(true);
            }
            forget();
        }
    }

    /** What cannot be counted keeps no roll-back from being handed over, and no head from being followed. */
    private void count() {
        try {
            counts.count(followed.withAnalysis());
            observations.follow(followed.withSteps());
        } catch (RuntimeException | Error e) {
            LOG.error("shifts: nothing more is counted in this turn", e);
        }
    }

    /** A gateway whose routes are driven by hand, and were never rolled back by command, needs no store. */
    private boolean needsStore() {
        return store.isOpen()
                || !heads.isEmpty()
                || !asked.isEmpty()
                || !followed.withSteps().isEmpty();
    }

    private void publish() throws StoreUnavailable {
        try {
            Map<WindowKey, Evidence> changed = counts.changed();
            store.publish(changed);
            counts.published(changed);
        } catch (RuntimeException | Error e) {
            LOG.error("shifts: nothing that was counted is told in this turn", e);
        }
    }

    private void forget() throws StoreUnavailable {
        if (turns++ % TURNS_TO_FORGET == 0) {
            store.forgetAllBut(Judging.windowsOf(store.heads().values()));
        }
    }

    /** Answers are read before the heads: what was answered is then in the heads. */
    private void follow() throws StoreUnavailable {
        List<Answer> answers = answers();
        Map<String, Head> read = store.heads();
        askedAgain.ask(heads.values(), read);
        Map<String, Head> newest = withLost(read);
        boolean changed = !newest.equals(heads) || !answers.isEmpty();
        heads = newest;
        untold.add(asked.answeredBy(answers));
        if (changed) {
            keep();
        }
        settle(); // before what may fail, and whoever hears an answer finds it in force
        untold.forEach(Asked.Answered::tell);
        untold.clear();
        readNanos = System.nanoTime();
        counts.follow(newest);
    }

    /** None if one cannot be read, being of a newer build perhaps: it keeps no head from being followed. */
    private List<Answer> answers() throws StoreUnavailable {
        try {
            return store.answers(asked.ids());
        } catch (RuntimeException e) {
            LOG.error("shifts: the answers to what was asked here cannot be read", e);
            return List.of();
        }
    }

    /** Heads are never taken away: one that the store lacks, or that cannot be read, is in force as it was known last until the leader has mended it. */
    private Map<String, Head> withLost(Map<String, Head> read) {
        Map<String, Head> known = heads;
        if (read.keySet().containsAll(known.keySet())) {
            return read;
        }
        var all = new HashMap<>(known);
        all.putAll(read);
        return all;
    }

    private void up() {
        if (!up) {
            LOG.info("shifts: in step with the control store");
            up = true;
        }
    }

    /** What leads upwards and was not handed over is refused; the rest waits for the leader, which may be at it already. */
    private void down(StoreUnavailable why) {
        if (up) {
            LOG.warn("shifts: nothing goes up until the control store is back: {}", why.getMessage());
            up = false;
            keep();
        }
        asked.refuseUpwards("the control store went down, and nothing goes up without it");
    }

    private void keep() {
        copy.keep(() -> new LocalCopy.Kept(heads, asked.kept()));
    }

    /** Says where each route stands here, if that has changed. */
    private synchronized void settle() {
        Map<String, Head> known = heads;
        Map<String, Standpoint> now = standpoints(plans.get());
        if (!now.equals(told)) {
            standpoints.accept(now);
            told = now; // not before: what could not come into force is tried again
        }
        headsInForce = known;
    }

    /** Where a route stands here by the heads in force. */
    Standpoint inForce(Plan plan) {
        return standpoint(plan, headsInForce);
    }

    /** Where those routes stand here that do not stand where their file says, by these plans. Never waits. */
    public Map<String, Standpoint> standpoints(Collection<Plan> by) {
        var stand = new TreeMap<String, Standpoint>();
        for (Plan plan : by) {
            Standpoint standpoint = standpoint(plan);
            if (plan.drive() == Plan.Drive.STEPS || !standpoint.equals(plan.file())) {
                stand.put(plan.route(), standpoint);
            }
        }
        return stand;
    }

    /** Where a route stands here: the lower of what is journalled and what was asked here. */
    public Standpoint standpoint(Plan plan) {
        return standpoint(plan, heads);
    }

    private Standpoint standpoint(Plan plan, Map<String, Head> by) {
        Head head = by.get(plan.route());
        Standpoint stands = head == null ? Head.unknown(plan) : head.standpoint(plan);
        return asked.lowers(plan.route(), stands) ? Standpoint.BASELINE : stands;
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(CLOSE_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            publish();
        } catch (StoreUnavailable | RuntimeException e) {
            LOG.debug("the last counts are not published", e);
        }
    }
}
