package dev.banyan.gateway.compare;

import dev.banyan.gateway.compare.RouteEvidence.Example;
import dev.banyan.gateway.compare.RouteEvidence.Group;
import dev.banyan.rules.Compare;
import dev.banyan.rules.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is known of a route's differences, for people to read. */
public final class DiffReport {

    private DiffReport() {}

    /**
     * Returns the report: counts, then each group of like differences with a sample and the rule that would ignore it, then
     * what the ignore rules do.
     *
     * @param groupsMax how many groups are shown, the worst first
     */
    public static String text(RouteEvidence evidence, Compare compare, int groupsMax) {
        var lines = new ArrayList<String>();
        lines.add("route %s: %d compared, %d alike, %d alike by ignore rules, %d different%s"
                .formatted(
                        evidence.route(),
                        evidence.compared(),
                        evidence.matched(),
                        evidence.ignored(),
                        evidence.compared() - evidence.matched() - evidence.ignored(),
                        severities(evidence)));
        evidence.notComparable()
                .forEach((reason, count) -> lines.add("  not comparable: " + count + " " + words(reason)));
        if (evidence.controls() > 0) {
            lines.add("  baseline asked twice: %d times, differed from itself in %d"
                    .formatted(evidence.controls(), evidence.controlsMismatched()));
        }
        // What only the baseline differs in from itself is no difference of the candidate's.
        List<Group> groups = evidence.groups().stream()
                .filter(group -> group.comparisons() > 0)
                .toList();
        groups.stream().limit(groupsMax).forEach(group -> group(group, lines));
        if (groups.size() > groupsMax) {
            lines.add("");
            lines.add((groups.size() - groupsMax) + " more groups of differences");
        }
        if (evidence.groupsLeftOut() > 0) {
            lines.add(evidence.groupsLeftOut() + " differences at further paths were counted only");
        }
        if (evidence.samplesLeftOut() > 0) {
            lines.add(evidence.samplesLeftOut() + " samples were not kept: no room");
        }
        proposals(evidence, lines);
        List<String> complaints = IgnoreProposal.complaints(compare, evidence);
        if (!complaints.isEmpty()) {
            lines.add("");
            lines.addAll(complaints);
        }
        return lines.stream().map(DiffReport::printable).collect(Collectors.joining("\n", "", "\n"));
    }

    private static String severities(RouteEvidence evidence) {
        String counts = Stream.of(Severity.BREAKING, Severity.BEHAVIOURAL, Severity.COMPATIBLE)
                .filter(evidence.mismatched()::containsKey)
                .map(each -> evidence.mismatched().get(each) + " " + words(each))
                .collect(Collectors.joining(", "));
        return counts.isEmpty() ? "" : " (" + counts + ")";
    }

    private static void group(Group group, List<String> lines) {
        lines.add("");
        lines.add("%s  %s %s  %s  in %d comparisons%s%s"
                .formatted(
                        words(group.severity()),
                        words(group.key().part()),
                        group.key().path(),
                        words(group.key().kind()),
                        group.comparisons(),
                        group.confirmed() + group.transientOnes() == 0
                                ? ""
                                : ", %d confirmed, %d transient".formatted(group.confirmed(), group.transientOnes()),
                        group.noise() == Noise.NOISY ? ", noise: the baseline differs from itself here" : ""));
        if (!group.examples().isEmpty()) {
            example(group.examples().getLast(), lines);
        }
        IgnoreProposal.of(group).ifPresent(proposal -> {
            lines.add("  to ignore it:");
            IgnoreProposal.yaml(List.of(proposal), IgnoreProposal.REASON_MISSING)
                    .lines()
                    .forEach(line -> lines.add("    " + line));
        });
    }

    private static void example(Example example, List<String> lines) {
        Difference difference = example.difference();
        lines.add("  %s  %s".formatted(example.sample().at(), example.sample().request()));
        String places = difference.places() == 1 ? "" : " and " + (difference.places() - 1) + " more places";
        lines.add("  at " + difference.at() + places);
        lines.add("    baseline:  " + value(difference.baseline()));
        lines.add("    candidate: " + value(difference.candidate()));
    }

    private static String value(@Nullable String value) {
        return value == null ? "(nothing)" : value;
    }

    /* Values and paths are other people's: they must not move the cursor of whoever reads them. */
    private static String printable(String line) {
        return line.chars()
                .map(c -> Character.isISOControl(c) ? '?' : c)
                .collect(StringBuilder::new, (text, c) -> text.append((char) c), StringBuilder::append)
                .toString();
    }

    private static void proposals(RouteEvidence evidence, List<String> lines) {
        List<IgnoreProposal> noise = IgnoreProposal.forNoise(evidence);
        if (!noise.isEmpty()) {
            lines.add("");
            lines.add(
                    "the baseline differs from itself just as often here; to ignore all of that, once there is a reason:");
            IgnoreProposal.yaml(noise, IgnoreProposal.REASON_MISSING).lines().forEach(line -> lines.add("  " + line));
        }
    }

    private static String words(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
