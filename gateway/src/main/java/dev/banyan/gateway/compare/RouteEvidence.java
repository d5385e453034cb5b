package dev.banyan.gateway.compare;

import dev.banyan.gateway.compare.Comparison.Reason;
import dev.banyan.gateway.compare.Difference.Kind;
import dev.banyan.rules.Severity;
import java.util.List;
import java.util.Map;

/**
 * What is known of one route's comparisons at one moment.
 *
 * @param matched comparisons without a difference
 * @param ignored comparisons that would have had one but for ignore rules
 * @param mismatched comparisons with differences, by their worst severity
 * @param notComparable by reason
 * @param controls how often the baseline was compared with itself
 * @param controlsMismatched how often it differed from itself
 * @param groups the worst severity first, then by how many comparisons they are in
 * @param groupsLeftOut differences on paths beyond those that are remembered
 * @param samplesLeftOut samples for which there was no room
 * @param ignoreRules what each rule that is about a place has done
 */
public record RouteEvidence(
        String route,
        long matched,
        long ignored,
        Map<Severity, Long> mismatched,
        Map<Reason, Long> notComparable,
        long controls,
        long controlsMismatched,
        List<Group> groups,
        long groupsLeftOut,
        long samplesLeftOut,
        List<IgnoreRule> ignoreRules) {

    public RouteEvidence {
        mismatched = Map.copyOf(mismatched);
        notComparable = Map.copyOf(notComparable);
        groups = List.copyOf(groups);
        ignoreRules = List.copyOf(ignoreRules);
    }

    /** Returns how many pairs of replies were compared. */
    public long compared() {
        return matched
                + ignored
                + mismatched.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * Like differences: of one kind, at one path.
     *
     * @param comparisons in how many comparisons with the candidate
     * @param controls in how many comparisons of the baseline with itself
     * @param confirmed in how many it was there when both were asked again
     * @param transientOnes in how many it was not
     * @param noise whether the baseline differs from itself here just as often
     * @param wide whether a rule for their path would pass over more than these
     * @param examples the first one and the newest ones, each with a sample
     */
    public record Group(
            Difference.Key key,
            long comparisons,
            long controls,
            long confirmed,
            long transientOnes,
            Noise noise,
            boolean wide,
            List<Example> examples) {
        public Group {
            examples = List.copyOf(examples);
        }

        public Severity severity() {
            return key.kind().severity();
        }
    }

    /** A difference and the replies it was found in. */
    public record Example(Difference difference, Sample sample) {}

    /**
     * What an ignore rule has done.
     *
     * @param comparisons in how many there was something at its place
     * @param hid in how many of them it hid a difference
     * @param differing the paths at which it hid one, with the kind of the first
     * @param neverDiffering paths it covers at which nothing ever differed
     */
    public record IgnoreRule(
            String rule, long comparisons, long hid, Map<String, Kind> differing, List<String> neverDiffering) {
        public IgnoreRule {
            differing = Map.copyOf(differing);
            neverDiffering = List.copyOf(neverDiffering);
        }
    }
}
