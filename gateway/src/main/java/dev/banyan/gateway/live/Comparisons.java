package dev.banyan.gateway.live;

import dev.banyan.gateway.compare.Comparer;
import dev.banyan.gateway.compare.Origins;
import dev.banyan.rules.Problem;
import dev.banyan.rules.Route;
import dev.banyan.rules.RuleSet;
import dev.banyan.rules.RulesException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Finds out at load what only those who compare can know: whether a selector is one. */
final class Comparisons {

    private Comparisons() {}

    /** Throws when the comparison of a route cannot be made as its rules say. */
    static void check(RuleSet rules) throws RulesException {
        List<Problem> problems = new ArrayList<>();
        for (Route route : rules.routes()) {
            if (route.compare() == null) {
                continue;
            }
            try {
                // A day before all others: what has expired must be readable too.
                new Comparer(route.comparison(), new Origins(Set.of()), LocalDate.EPOCH);
            } catch (IllegalArgumentException e) {
                String where = "routes[" + route.name() + "].compare";
                problems.add(new Problem(
                        Path.of(""), 0, 0, where, String.valueOf(e.getMessage()), "what the reference page describes"));
            }
        }
        if (!problems.isEmpty()) {
            throw new RulesException(problems);
        }
    }
}
