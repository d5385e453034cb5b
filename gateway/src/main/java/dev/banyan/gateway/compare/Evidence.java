package dev.banyan.gateway.compare;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What comparisons have found, by route: counts, like differences together, and some samples of each. For any number of
 * threads; memory is bounded, whatever comes in.
 */
public final class Evidence {

    /** The most characters of samples, of all routes together. */
    public static final long SAMPLE_CHARS_MAX = 16L << 20;

    private final Map<String, RouteLedger> byRoute = new ConcurrentHashMap<>();
    private final AtomicLong charsLeft;

    public Evidence() {
        this(SAMPLE_CHARS_MAX);
    }

    Evidence(long sampleCharsMax) {
        this.charsLeft = new AtomicLong(sampleCharsMax);
    }

    /** Forgets what is known of a route: its rules have changed, and old differences say nothing of the new ones. */
    public void forget(String route) {
        RouteLedger forgotten = byRoute.remove(route);
        if (forgotten != null) {
            forgotten.close();
        }
    }

    /** Forgets all routes but these, which are those the rules have now. */
    public void retain(Collection<String> routes) {
        byRoute.keySet().stream()
                .filter(each -> !routes.contains(each))
                .toList()
                .forEach(this::forget);
    }

    /** Returns what is known of a route, with all counts zero before its first comparison. */
    public RouteEvidence snapshot(String route) {
        RouteLedger known = byRoute.get(route);
        return (known == null ? new RouteLedger(charsLeft) : known).snapshot(route);
    }

    /** Returns the book of a route, until that is forgotten. */
    public RouteLedger of(String route) {
        RouteLedger known = byRoute.get(route);
        return known != null ? known : byRoute.computeIfAbsent(route, _ -> new RouteLedger(charsLeft));
    }
}
