package dev.banyan.rules;

import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All rules that are in force together: what people wrote, checked one by one. Two rule sets are equal when they say
 * the same, whatever files they came from and in whatever order.
 */
public final class RuleSet {

    private final List<Backend> backends;
    private final List<Cohort> cohorts;
    private final List<Route> routes;
    private final List<Network> trustedNetworks;
    private final Map<String, RouteSource> sources;
    private final String hash;
    /** Of the files that this was read from, byte by byte; null for rules made by a program. */
    private final @Nullable String filesHash;

    private RuleSet(
            List<Backend> backends,
            List<Cohort> cohorts,
            List<Route> routes,
            List<Network> trustedNetworks,
            Map<String, RouteSource> sources,
            @Nullable String filesHash) {
        this.backends = List.copyOf(backends);
        this.cohorts = List.copyOf(cohorts);
        this.routes = List.copyOf(routes);
        this.trustedNetworks = List.copyOf(trustedNetworks);
        this.sources = Map.copyOf(sources);
        this.hash = RuleText.hash(this);
        this.filesHash = filesHash;
    }

    private RuleSet(RuleSet same, String filesHash) {
        this.backends = same.backends;
        this.cohorts = same.cohorts;
        this.routes = same.routes;
        this.trustedNetworks = same.trustedNetworks;
        this.sources = same.sources;
        this.hash = same.hash;
        this.filesHash = filesHash;
    }

    /** Rules made by a program. {@link RoutingTable#compile} checks how they fit together. */
    public static RuleSet of(List<Backend> backends, List<Cohort> cohorts, List<Route> routes) {
        return new RuleSet(backends, cohorts, routes, List.of(), Map.of(), null);
    }

    static RuleSet of(
            List<Backend> backends,
            List<Cohort> cohorts,
            List<Route> routes,
            List<Network> trustedNetworks,
            Map<String, RouteSource> sources) {
        return new RuleSet(backends, cohorts, routes, trustedNetworks, sources, null);
    }

    /** These rules, read from files of this hash and found to fit together. */
    RuleSet readFrom(String files) {
        return new RuleSet(this, files);
    }

    /** No rules at all: {@code legacy} serves everything. */
    public static RuleSet passThrough(URI legacy) {
        return of(List.of(Backend.baseline("legacy", legacy)), List.of(), List.of());
    }

    /** The same rules with one backend at another address. */
    public RuleSet withBackendUrl(String name, URI url) {
        if (backend(name).isEmpty()) {
            throw new IllegalArgumentException("backend: " + name + " (expected: one of "
                    + backends.stream().map(Backend::name).toList() + ")");
        }
        List<Backend> changed = new ArrayList<>();
        for (Backend each : backends) {
            changed.add(each.name().equals(name) ? each.withUrl(url) : each);
        }
        return new RuleSet(changed, cohorts, routes, trustedNetworks, sources, filesHash);
    }

    /** The same rules with some routes where they have got to. Names of no route are passed over. */
    public RuleSet at(Map<String, Standpoint> standpoints) {
        List<Route> moved = routes.stream()
                .map(route -> {
                    Standpoint standpoint = standpoints.get(route.name());
                    return standpoint == null ? route : route.at(standpoint);
                })
                .toList();
        return new RuleSet(backends, cohorts, moved, trustedNetworks, sources, filesHash);
    }

    /** Whether overrides are believed from a peer at this address. */
    public boolean trusts(InetAddress peer) {
        for (int i = 0; i < trustedNetworks.size(); i++) {
            if (trustedNetworks.get(i).covers(peer)) {
                return true;
            }
        }
        return false;
    }

    public List<Backend> backends() {
        return backends;
    }

    public List<Cohort> cohorts() {
        return cohorts;
    }

    public List<Route> routes() {
        return routes;
    }

    /** Where overrides of cohorts are believed from. */
    public List<Network> trustedNetworks() {
        return trustedNetworks;
    }

    /** The backend of this name. */
    public Optional<Backend> backend(String name) {
        return backends.stream().filter(each -> each.name().equals(name)).findFirst();
    }

    /** 16 hex digits that are the same for rules that say the same, and else differ. */
    public String hash() {
        return hash;
    }

    /** Whether this was read from files, and they were found to fit together. */
    public boolean isRead() {
        return filesHash != null;
    }

    /** Whether these rules were read from files that were, byte by byte, those that are in a folder now. */
    public boolean isOf(Path folder) throws RulesException {
        return filesHash != null && filesHash.equals(KnownFiles.hash(folder));
    }

    /** Where a route stands. */
    public SourcePlace placeOf(Route route) {
        return place(sources.get(route.name()));
    }

    /** Where one of a route's matches stands. */
    public SourcePlace placeOf(Route route, int match) {
        RouteSource source = sources.get(route.name());
        if (source == null) {
            return SourcePlace.NONE;
        }
        Yaml.Place at = source.matches().get(match);
        return new SourcePlace(source.file(), at.line(), at.column());
    }

    /** Where a backend stands. */
    public SourcePlace placeOf(Backend backend) {
        return place(sources.get(RouteSource.backend(backend.name())));
    }

    /** Where a cohort stands. */
    public SourcePlace placeOf(Cohort cohort) {
        return place(sources.get(RouteSource.cohort(cohort.name())));
    }

    private static SourcePlace place(@Nullable RouteSource source) {
        return source == null
                ? SourcePlace.NONE
                : new SourcePlace(
                        source.file(), source.place().line(), source.place().column());
    }

    /** Where routes, and under the names of {@link RouteSource} backends and cohorts, stand in their files. */
    Map<String, RouteSource> sources() {
        return sources;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RuleSet that && hash.equals(that.hash);
    }

    @Override
    public int hashCode() {
        return hash.hashCode();
    }

    /** One line for each backend, cohort and route, by name, so that two rule sets can be compared line by line. */
    @Override
    public String toString() {
        return RuleText.of(this);
    }
}
