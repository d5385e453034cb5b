package dev.banyan.gateway.mirror;

import dev.banyan.gateway.backend.Budget;
import dev.banyan.gateway.backend.Limit;
import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.gateway.call.Call;
import dev.banyan.gateway.call.Onlooker;
import dev.banyan.gateway.compare.Evidence;
import dev.banyan.gateway.connect.Pools;
import dev.banyan.gateway.http.MirrorMark;
import dev.banyan.gateway.live.LiveRules;
import dev.banyan.gateway.store.ControlStore;
import dev.banyan.rules.Decision;
import dev.banyan.rules.Mirror;
import dev.banyan.rules.Route;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The mirrors of all routes. */
public final class Mirrors implements Onlooker, AutoCloseable {

    /** As many requests to the baseline as a quiet time may save up. */
    private static final int EXTRA_SAVED_MAX = 20;

    /** All pairs together may hold this part of the heap. */
    private static final int HEAP_SHARE = 8;

    private final MirrorMark mark;
    private final MeterRegistry meters;
    private final Evidence evidence;
    private final Pools pools;
    private final Copies copies;
    private final Comparing comparing;
    /** What only comparing asks of the baseline. */
    private final Budget budget = new Budget(EXTRA_SAVED_MAX);

    private final Limit memory = new Limit(Runtime.getRuntime().maxMemory() / HEAP_SHARE);

    private final Map<String, RouteMirror> byRoute = new ConcurrentHashMap<>();
    private final Map<String, MirrorCounts> countsByRoute = new ConcurrentHashMap<>();
    private volatile @Nullable LiveRules seen;
    private volatile @Nullable SharedMark sharedMark;

    /**
     * Nothing is mirrored yet.
     *
     * @param mark that copies bear
     * @param filtering what copies to candidates pass through
     */
    public Mirrors(MirrorMark mark, Filtering filtering, MeterRegistry meters, InstantSource clock) {
        this.mark = mark;
        this.meters = meters;
        meters.gauge("banyan.mirror.memory.bytes", memory, Limit::taken);
        this.evidence = new Evidence();
        this.pools = new Pools(LiveBackend::copyConnections);
        this.copies = new Copies(mark, filtering);
        this.comparing = new Comparing(copies, budget, clock);
    }

    /** Has copies bear the mark that all gateways of {@code store} bear, as soon as it is there. */
    public void shareMark(ControlStore store) {
        sharedMark = new SharedMark(mark, store);
    }

    /** What the comparisons have found. */
    public Evidence evidence() {
        return evidence;
    }

    /** What became of a route's mirrored requests, all zero before the first. */
    public MirrorCounts counts(String route) {
        return countsByRoute.computeIfAbsent(route, name -> new MirrorCounts(name, meters));
    }

    /** How many pairs of a route are on their way, or wait to be compared. */
    public int inFlight(String route) {
        RouteMirror known = byRoute.get(route);
        return known == null ? 0 : known.inFlight();
    }

    @Override
    public @Nullable Watch callBegins(Call call, Channel client) {
        budget.request(call.rules().baseline().backend().extraLoad());
        Decision.Routed routed = call.routed();
        Decision.Copy copy = routed.copy();
        Route route = routed.route();
        if (copy == null || route == null || route.mirror() == null || call.isCopy()) {
            return null;
        }
        RouteMirror mirror = of(call.rules(), route, route.mirror());
        return new Pair(mirror, call, copy, pools.of(client), copies, comparing);
    }

    @SuppressWarnings("ReferenceEquality") // a reload makes new rules
    private RouteMirror of(LiveRules rules, Route route, Mirror settings) {
        if (seen != rules) {
            seen = rules;
            forgetOthers(rules);
        }
        RouteMirror known = byRoute.get(route.name());
        return known != null && known.isOf(route, rules.origins()) ? known : renew(rules, route, settings);
    }

    private RouteMirror renew(LiveRules rules, Route route, Mirror settings) {
        return Objects.requireNonNull(byRoute.compute(route.name(), (name, known) -> {
            if (known != null && known.isOf(route, rules.origins())) {
                return known;
            }
            if (known != null) {
                evidence.forget(name);
            }
            return new RouteMirror(route, settings, rules.origins(), counts(name), evidence.of(name), memory);
        }));
    }

    private void forgetOthers(LiveRules rules) {
        var names = rules.table().rules().routes().stream().map(Route::name).collect(Collectors.toSet());
        byRoute.keySet().retainAll(names);
        evidence.retain(names);
    }

    @Override
    public void close() {
        SharedMark agreeing = sharedMark;
        if (agreeing != null) {
            agreeing.close();
        }
        comparing.close();
    }
}
