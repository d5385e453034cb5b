package dev.banyan.rules.lint;

import dev.banyan.rules.Reachability;
import dev.banyan.rules.Route;
import dev.banyan.rules.RuleSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds in valid rules what is probably not meant. */
public final class Lint {

    private static final Comparator<Finding> BY_PLACE = Comparator.comparing(
                    (Finding each) -> each.place().file())
            .thenComparingInt(each -> each.place().line())
            .thenComparingInt(each -> each.place().column())
            .thenComparing(Finding::where)
            .thenComparing(Finding::code);

    private Lint() {}

    /** What is found at {@code now} and not allowed, by place; what is allowed and not found is found itself. */
    public static List<Finding> findings(RuleSet rules, Instant now) {
        var findings = new Findings(rules);
        covered(rules, findings);
        new MatchLint(rules, findings).run();
        new RouteLint(rules, findings, now).run();
        Set<String> allowed = rules.routes().stream()
                .flatMap(route -> route.lintAllowed().stream().map(each -> key(route.name(), each.code())))
                .collect(Collectors.toSet());
        List<Finding> kept = new ArrayList<>();
        Set<String> used = new HashSet<>();
        for (Finding each : findings.all()) {
            String key = key(each.route(), each.code().name());
            if (allowed.contains(key)) {
                used.add(key);
            } else {
                kept.add(each);
            }
        }
        kept.addAll(unused(rules, used));
        kept.sort(BY_PLACE);
        return kept;
    }

    private static void covered(RuleSet rules, Findings findings) {
        for (Reachability.Covered each : Reachability.covered(rules)) {
            boolean same = each.route().equals(each.by());
            String found =
                    findings.shown(each.by(), each.byMatch()) + " goes first and fits every request that this fits";
            findings.add(
                    same ? LintCode.BYN0131 : LintCode.BYN0130,
                    each.route(),
                    each.match(),
                    found,
                    same ? "no such match" : "a match that asks for more, or no such match");
        }
    }

    private static List<Finding> unused(RuleSet rules, Set<String> used) {
        var unused = new Findings(rules);
        for (Route route : rules.routes()) {
            for (Route.LintAllowed each : route.lintAllowed()) {
                if (!used.contains(key(route.name(), each.code()))) {
                    String found = "lint.allow of " + each.code() + ", which is not found here";
                    unused.add(LintCode.BYN0190, route, found, "no such entry");
                }
            }
        }
        return unused.all();
    }

    private static String key(String route, String code) {
        return route + " " + code;
    }
}
