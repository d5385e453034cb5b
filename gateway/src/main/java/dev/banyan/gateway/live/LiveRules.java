package dev.banyan.gateway.live;

import dev.banyan.gateway.backend.Backends;
import dev.banyan.gateway.backend.Instance;
import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.gateway.filter.RouteFilters;
import dev.banyan.gateway.http.Origin;
import dev.banyan.gateway.http.OwnCookies;
import dev.banyan.gateway.record.CountsByPlace;
import dev.banyan.rules.Backend;
import dev.banyan.rules.Rewrite;
import dev.banyan.rules.Route;
import dev.banyan.rules.RoutingTable;
import dev.banyan.rules.RuleSet;
import dev.banyan.rules.Standpoint;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** One rule set, ready to serve: its table, and the backends it names. Immutable but for what the backends count. */
public record LiveRules(
        RuleSet files,
        RoutingTable table,
        Backends backends,
        LiveBackend baseline,
        RouteFilters filters,
        Set<Origin> origins,
        OwnCookies cookies,
        CountsByPlace counts,
        Instant since) {

    static LiveRules of(RuleSet files, RoutingTable table, Backends backends, RouteFilters filters, Instant since) {
        Backend baseline = table.rules().backends().stream()
                .filter(Backend::baseline)
                .findFirst()
                .orElseThrow();
        return new LiveRules(
                files,
                table,
                backends,
                backends.get(baseline.name()),
                filters,
                originsOf(files, backends),
                OwnCookies.of(table.rules().backends()),
                new CountsByPlace(files.routes().size()),
                since);
    }

    /** Where backends are, and under which names they are asked. */
    private static Set<Origin> originsOf(RuleSet files, Backends backends) {
        var origins = new HashSet<Origin>();
        for (LiveBackend backend : backends.all()) {
            String host = backend.host();
            for (Instance instance : backend.instances()) {
                origins.add(instance.origin());
                if (host != null) {
                    origins.add(Origin.ofHost(instance.origin().scheme(), host));
                }
            }
        }
        for (Route route : files.routes()) {
            Rewrite rewrite = route.rewrite();
            if (route.candidate() != null && rewrite != null && rewrite.hostname() != null) {
                for (Instance instance : backends.get(route.candidate()).instances()) {
                    origins.add(Origin.ofHost(instance.origin().scheme(), rewrite.hostname()));
                }
            }
        }
        return Set.copyOf(origins);
    }

    /** The same rules with routes where they have got to. */
    LiveRules at(Map<String, Standpoint> standpoints) {
        return new LiveRules(
                files, table.at(files, standpoints), backends, baseline, filters, origins, cookies, counts, since);
    }

    /** Of what the files say. */
    public String hash() {
        return files.hash();
    }
}
