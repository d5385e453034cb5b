package dev.banyan.rules.lint;

import dev.banyan.rules.Route;
import dev.banyan.rules.RuleSet;
import java.util.ArrayList;
import java.util.List;

/** The findings so far, each with its place. */
final class Findings {

    private final RuleSet rules;
    private final List<Finding> findings = new ArrayList<>();

    Findings(RuleSet rules) {
        this.rules = rules;
    }

    void add(LintCode code, Route route, String found, String expected) {
        String where = "routes[" + route.name() + "]";
        findings.add(new Finding(code, rules.placeOf(route), route.name(), where, found, expected));
    }

    void add(LintCode code, Route route, int match, String found, String expected) {
        findings.add(new Finding(code, rules.placeOf(route, match), route.name(), name(route, match), found, expected));
    }

    void add(Finding finding) {
        findings.add(finding);
    }

    /** A match and where it stands. */
    String shown(Route route, int match) {
        String place = rules.placeOf(route, match).toString();
        return name(route, match) + (place.isEmpty() ? "" : " at " + place);
    }

    private static String name(Route route, int match) {
        return "routes[" + route.name() + "].matches[" + match + "]";
    }

    List<Finding> all() {
        return findings;
    }
}
