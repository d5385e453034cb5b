package dev.banyan.gateway.shift;

import dev.banyan.gateway.store.StoreUnavailable;
import dev.banyan.rules.gate.Evidence;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the one gateway that leads does: roll-backs first, then edits, commands and gates, and of a route its edit before all else. Each move is
 * one transaction.
 */
final class Lead {

    private static final Logger LOG = LoggerFactory.getLogger(Lead.class);

    private static final String FAILED = "it failed, the leader's log says why, and it is not tried again";

    /** How long a roll-back of a route that the leader's rules lack is left to hold in the gateway that has the route. */
    private static final Duration UNKNOWN_ROUTE_MAX = Duration.ofDays(7);

    /** The most edits that are journalled in one turn, some 10 ms each: what is asked meanwhile, and every head, waits for its end. */
    static final int EDITS_MAX = 50;

    /** So many times what judging took passes before all windows are summed again while edits are left. */
    private static final int JUDGED_AGAIN_AFTER = 10;

    private final ShiftStore store;
    private final Consumer<Entry> moved;
    private final Observations observations;
    private final InstantSource clock;
    private long judgedAt = System.nanoTime();
    private long judgingNanos;

    /**
     * @param moved is told of every entry after it was journalled, and must not block
     */
    Lead(ShiftStore store, Consumer<Entry> moved, Observations observations, InstantSource clock) {
        this.store = store;
        this.moved = moved;
        this.observations = observations;
        this.clock = clock;
    }

    /**
     * Obeys what makes things safer, and what was asked of the same routes, or of all, beside it, as it was asked one after the other. This needs nothing
     * that takes long, or that the store may not do just now.
     *
     * @param known the heads that this gateway saw last
     */
    void obeySafety(Collection<Plan> plans, Map<String, Head> known) throws StoreUnavailable {
        List<Command> commands = store.unanswered();
        Set<String> routes = commands.stream()
                .filter(each -> each.kind().isSafety())
                .map(Command::route)
                .collect(Collectors.toCollection(HashSet::new));
        if (routes.isEmpty()) {
            return;
        }
        Map<String, Head> heads = new TreeMap<>(store.heads());
        if (wentBack(known, heads)) {
            return; // what was lost is asked for first
        }
        Map<String, Plan> byRoute = plans.stream()
                .filter(each -> routes.contains(each.route()))
                .collect(Collectors.toMap(Plan::route, each -> each));
        for (Plan plan : byRoute.values()) {
            alone(plan.route(), () -> edit(plan, heads));
        }
        // Whether all routes are frozen is asked by each of them.
        routes.add(Plan.ALL);
        byRoute.put(Plan.ALL, Plan.OF_ALL);
        if (known.containsKey(Plan.ALL) && !heads.containsKey(Plan.ALL)) {
            alone(Plan.ALL, () -> lost(Plan.ALL, heads));
        }
        for (Command command : commands) {
            if (routes.contains(command.route())) {
                obeyAlone(command, byRoute.get(command.route()), heads);
            }
        }
    }

    /**
     * Moves what is due, once. Throws in the middle when the store goes away; what was journalled until then holds.
     *
     * @param known the heads that this gateway saw last
     * @return whether edits are left for another turn
     */
    boolean turn(Collection<Plan> plans, Map<String, Head> known) throws StoreUnavailable {
        Map<String, Head> heads = new TreeMap<>(store.heads());
        if (wentBack(known, heads)) {
            return false; // what was lost is asked for first
        }
        for (String route : known.keySet()) {
            if (!heads.containsKey(route)) {
                alone(route, () -> lost(route, heads));
            }
        }
        Map<String, Plan> byRoute = new TreeMap<>();
        Map<String, Part> edits = new LinkedHashMap<>();
        for (Plan plan : plans) {
            byRoute.put(plan.route(), plan);
            if (isEdited(plan, heads)) {
                edits.put(plan.route(), () -> edit(plan, heads));
            }
        }
        for (Head head : heads.values()) {
            if (!byRoute.containsKey(head.route()) && Edits.goes(head)) {
                edits.put(head.route(), () -> append(Edits.gone(head, clock.instant()), null, heads));
            }
        }
        Set<String> left = begun(edits);
        byRoute.put(Plan.ALL, Plan.OF_ALL);
        byRoute.keySet().removeAll(left);
        for (Command command : store.unanswered()) {
            if (!left.contains(command.route())) {
                obeyAlone(command, byRoute.get(command.route()), heads);
            }
        }
        long begun = System.nanoTime();
        if (left.isEmpty() || begun - judgedAt > JUDGED_AGAIN_AFTER * judgingNanos) {
            judge(byRoute, heads);
            judgedAt = System.nanoTime();
            judgingNanos = judgedAt - begun;
        }
        return !left.isEmpty();
    }

    /** Makes the first edits, and returns the routes whose edits are left. */
    private static Set<String> begun(Map<String, Part> edits) throws StoreUnavailable {
        var left = new HashSet<String>();
        int made = 0;
        for (Map.Entry<String, Part> each : edits.entrySet()) {
            if (made == EDITS_MAX) {
                left.add(each.getKey());
            } else if (alone(each.getKey(), each.getValue())) {
                made++;
            }
        }
        return left;
    }

    private boolean isEdited(Plan plan, Map<String, Head> heads) {
        Head head = heads.get(plan.route());
        try {
            return head == null
                    ? plan.drive() == Plan.Drive.STEPS
                    : next(head, new ShiftEvent.Edited(), plan, heads) instanceof Result.Moves;
        } catch (RuntimeException e) {
            LOG.debug("route {}: whether it is edited cannot be said", plan.route(), e);
            return true; // which fails by itself
        }
    }

    private void obeyAlone(Command command, @Nullable Plan plan, Map<String, Head> heads) throws StoreUnavailable {
        if (!alone(command.route(), () -> obey(command, plan, heads))) {
            store.answer(new Answer(command.id(), Answer.Outcome.REFUSED, FAILED));
        }
    }

    private static boolean wentBack(Map<String, Head> known, Map<String, Head> now) {
        return known.values().stream()
                .anyMatch(head -> now.containsKey(head.route()) && head.isLostIn(now.get(head.route())));
    }

    private interface Part {
        void run() throws StoreUnavailable;
    }

    /** Does what concerns one route, and says whether that worked: a route that cannot be moved keeps no other from moving. */
    private static boolean alone(String route, Part part) throws StoreUnavailable {
        try {
            part.run();
            return true;
        } catch (StoreUnavailable e) {
            if (!e.isRefusal()) {
                throw e;
            }
            LOG.error("route {}: the control store takes this never", route, e);
        } catch (RuntimeException e) {
            LOG.error("route {}: does not move in this turn", route, e);
        }
        return false;
    }

    private void edit(Plan plan, Map<String, Head> heads) throws StoreUnavailable {
        Head head = heads.get(plan.route());
        if (head == null && plan.drive() == Plan.Drive.STEPS) {
            head = lost(plan.route(), heads);
        }
        if (head == null) {
            if (plan.drive() == Plan.Drive.STEPS) {
                append(Edits.begin(plan, null, isFrozen(heads), clock.instant()), null, heads);
            }
            return;
        }
        if (next(head, new ShiftEvent.Edited(), plan, heads) instanceof Result.Moves(Entry entry)) {
            append(entry, null, heads);
        }
    }

    /** The head of a route whose row was lost or cannot be read, written anew by its journal; null when that has nothing. */
    private @Nullable Head lost(String route, Map<String, Head> heads) throws StoreUnavailable {
        Optional<Entry> last = store.last(route);
        if (last.isEmpty()) {
            return null;
        }
        append(Edits.restored(last.get().after(), clock.instant()), null, heads);
        return heads.get(route);
    }

    private Result next(Head head, ShiftEvent event, Plan plan, Map<String, Head> heads) {
        return Transitions.next(head, event, plan, isFrozen(heads), clock.instant());
    }

    private static boolean isFrozen(Map<String, Head> heads) {
        Head all = heads.get(Plan.ALL);
        return all != null && all.frozen();
    }

    private void obey(Command command, @Nullable Plan plan, Map<String, Head> heads) throws StoreUnavailable {
        if (plan == null) {
            if (command.kind().isSafety()
                    && clock.instant().isBefore(command.at().plus(UNKNOWN_ROUTE_MAX))) {
                return; // it holds where it was asked, whose rules have the route: ours may yet
            }
            store.answer(new Answer(
                    command.id(), Answer.Outcome.REFUSED, "no route " + command.route() + " in the rules in force"));
            return;
        }
        Head head = heads.get(plan.route());
        if (head == null) {
            head = lost(plan.route(), heads);
        }
        if (head == null) {
            Entry first = Edits.begin(plan, null, isFrozen(heads), clock.instant());
            append(first, null, heads);
            head = first.after();
        }
        switch (next(head, new ShiftEvent.Asked(command), plan, heads)) {
            case Result.Moves(Entry entry) ->
                append(entry, new Answer(command.id(), Answer.Outcome.DONE, entry.words()), heads);
            case Result.Same(String words) -> store.answer(new Answer(command.id(), Answer.Outcome.SAME, words));
            case Result.Refused(String words) -> store.answer(new Answer(command.id(), Answer.Outcome.REFUSED, words));
        }
    }

    private void judge(Map<String, Plan> plans, Map<String, Head> heads) throws StoreUnavailable {
        Map<WindowKey, Evidence> sums = store.sums(Judging.windowsOf(heads.values()));
        Instant now = clock.instant();
        for (Head head : List.copyOf(heads.values())) {
            Plan plan = plans.get(head.route());
            if (plan != null && head.state() instanceof ShiftState.OnSteps on) {
                alone(head.route(), () -> {
                    var event = new ShiftEvent.Judged(Judging.judge(plan, head, on.at(), sums, observations, now));
                    if (next(head, event, plan, heads) instanceof Result.Moves(Entry entry)) {
                        append(entry, null, heads);
                    }
                });
            }
        }
    }

    private void append(Entry entry, @Nullable Answer answer, Map<String, Head> heads) throws StoreUnavailable {
        store.append(entry, answer);
        heads.put(entry.after().route(), entry.after());
        LOG.info(
                "route {} {}: {} (by {}{})",
                entry.after().route(),
                entry.event(),
                entry.words(),
                entry.by(),
                entry.reason().isEmpty() ? "" : ", " + entry.reason());
        moved.accept(entry);
    }
}
