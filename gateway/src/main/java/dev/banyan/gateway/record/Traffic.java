package dev.banyan.gateway.record;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The counts of all routes. Routes are as many as the rules name, so clients cannot make the map grow. */
public final class Traffic {

    private static final int GONE = 410;

    private final PrometheusMeterRegistry meters;
    private final Map<String, RouteCounts> byRoute = new ConcurrentHashMap<>();
    private final Map<Integer, LongAdder> refused = new ConcurrentHashMap<>();
    private final Map<String, Callers> callers = new ConcurrentHashMap<>();

    private volatile Consumer<Outcome> also = _ -> {};

    public Traffic(PrometheusMeterRegistry meters) {
        this.meters = meters;
        meters.getPrometheusRegistry().register(new RouteMetrics(byRoute));
    }

    /**
     * Counts a request that a backend was asked for.
     *
     * @param known the counts of the rules that it went by, of which its route stands at {@code place}; below 0 without a route
     */
    public void add(Outcome outcome, CountsByPlace known, int place) {
        add(outcome, place < 0 ? of(outcome.route()) : known.of(place, outcome.route(), this));
    }

    private void add(Outcome outcome, RouteCounts to) {
        to.add(outcome);
        also.accept(outcome);
    }

    /** Tells {@code listener} of every outcome from now on; it is called where requests are served and must not wait. */
    public void alsoTell(Consumer<Outcome> listener) {
        also = listener;
    }

    /** Counts a request that a route sent elsewhere. */
    public void redirected(String route, int status) {
        answered(route, status);
    }

    /** Counts a request for what a route has retired, and by whom. */
    public void gone(String route, @Nullable String userAgent) {
        answered(route, GONE);
        callers.computeIfAbsent(route, _ -> new Callers()).add(userAgent);
    }

    private void answered(String route, int status) {
        add(Outcome.answered(route, status), of(route));
    }

    /** Returns who asked for what a route has retired, by user agent, the most frequent first. */
    public Map<String, Long> callers(String route) {
        Callers known = callers.get(route);
        return known == null ? Map.of() : known.counts();
    }

    /** Counts a request that the gateway answered itself, by status. */
    public void refused(int status) {
        refused.computeIfAbsent(status, key -> counter("banyan.refused", "status", key.toString()))
                .increment();
    }

    private LongAdder counter(String name, String tag, String value) {
        var adder = new LongAdder();
        FunctionCounter.builder(name, adder, LongAdder::sum).tags(tag, value).register(meters);
        return adder;
    }

    /** Returns the counts of a route, all zero before its first request. */
    public RouteCounts of(String route) {
        RouteCounts known = byRoute.get(route);
        return known != null ? known : byRoute.computeIfAbsent(route, _ -> new RouteCounts());
    }

    /** Returns how many requests the gateway answered itself with this status. */
    public long refusals(Integer status) {
        LongAdder count = refused.get(status);
        return count == null ? 0 : count.sum();
    }
}
