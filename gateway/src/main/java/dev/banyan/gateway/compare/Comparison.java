package dev.banyan.gateway.compare;

import dev.banyan.rules.Severity;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What came of comparing two replies. */
public sealed interface Comparison {

    /** Nothing differs but what is ignored. */
    record Same(List<RuleUse> ignored) implements Comparison {
        public Same {
            ignored = List.copyOf(ignored);
        }

        /** Whether the replies are the same only because of an ignore rule. */
        public boolean isByRule() {
            return ignored.stream().anyMatch(use -> !use.differing().isEmpty());
        }
    }

    /**
     * Something differs.
     *
     * @param differences at most {@link Found#DIFFERENCES_MAX}, those of a worse severity before others
     * @param more how many further paths differ
     * @param worst the worst severity of all, including those that are not listed
     * @param notes where the comparison was cut short, and why
     */
    record Differs(List<Difference> differences, int more, Severity worst, List<RuleUse> ignored, List<String> notes)
            implements Comparison {
        public Differs {
            differences = List.copyOf(differences);
            ignored = List.copyOf(ignored);
            notes = List.copyOf(notes);
        }

        /**
         * Returns the differences that {@code again} has too, at the same path and of the same kind: data may have changed between
         * asking one side and asking the other. With more differences than are listed, nothing that is listed only once is taken
         * for gone.
         */
        public Set<Difference.Key> confirmedBy(Comparison again) {
            var confirmed = new HashSet<Difference.Key>();
            if (again instanceof Differs second) {
                Set<Difference.Key> still = new HashSet<>();
                second.differences.forEach(each -> still.add(each.key()));
                differences.stream()
                        .map(Difference::key)
                        .filter(key -> second.more > 0 || still.contains(key))
                        .forEach(confirmed::add);
            }
            return confirmed;
        }
    }

    /** Nothing can be said; {@code reason} has no part of a body in it. */
    record NotComparable(Reason reason, String detail) implements Comparison {}

    /** Why replies cannot be compared; few, so that they can be counted. */
    enum Reason {
        /** More of a body than is kept, or more than may come out of a compressed one. */
        TOO_LARGE,
        /** A content encoding that is not read here. */
        ENCODING,
        /** A body that is not what its content encoding says. */
        BROKEN,
        /** Nested deeper, or with longer numbers, than is read here. */
        LIMIT,
        /** A mistake of this program. */
        FAILED
    }

    /**
     * What one ignore rule did in one comparison.
     *
     * @param rule as the rules have it: {@code $.generatedAt}
     * @param differing the paths it hid differences at, with the kind of the first one there
     * @param equal paths it covers at which nothing differed
     */
    record RuleUse(String rule, Map<String, Difference.Kind> differing, Set<String> equal) {
        public RuleUse {
            differing = Map.copyOf(differing);
            equal = Set.copyOf(equal);
        }
    }
}
