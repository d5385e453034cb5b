package dev.banyan.gateway.admin;

import dev.banyan.gateway.compare.DiffReport;
import dev.banyan.gateway.compare.Evidence;
import dev.banyan.gateway.compare.IgnoreProposal;
import dev.banyan.gateway.compare.RouteEvidence;
import dev.banyan.gateway.live.RulesInForce;
import dev.banyan.rules.Route;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What comparing a route's replies has found, as the admin API shows it. */
final class DiffState {

    private static final int GROUPS_SHOWN_MAX = 20;

    private final RulesInForce rules;
    private final Evidence evidence;

    DiffState(RulesInForce rules, Evidence evidence) {
        this.rules = rules;
        this.evidence = evidence;
    }

    /**
     * Answers {@code /admin/diff?route=NAME}.
     *
     * @throws IllegalArgumentException if there is no such route
     */
    Map<String, Object> answer(String uri) {
        String name = new QueryStringDecoder(uri)
                .parameters()
                .getOrDefault("route", List.of(""))
                .getFirst();
        Route route = rules.current().table().rules().routes().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "route: " + (name.isEmpty() ? "none" : name) + " (expected: the name of a route)"));
        RouteEvidence found = evidence.snapshot(name);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("route", name);
        answer.put("compared", found.compared());
        answer.put("matched", found.matched());
        answer.put("ignored", found.ignored());
        answer.put("mismatched", found.mismatched());
        answer.put("notComparable", found.notComparable());
        answer.put("controls", found.controls());
        answer.put("controlsMismatched", found.controlsMismatched());
        answer.put("groups", found.groups());
        answer.put("groupsLeftOut", found.groupsLeftOut());
        answer.put("samplesLeftOut", found.samplesLeftOut());
        answer.put("ignoreRules", found.ignoreRules());
        answer.put("proposals", IgnoreProposal.forNoise(found));
        answer.put("ignorable", IgnoreProposal.all(found));
        answer.put("complaints", IgnoreProposal.complaints(route.comparison(), found));
        answer.put("text", DiffReport.text(found, route.comparison(), GROUPS_SHOWN_MAX));
        return answer;
    }
}
