package dev.banyan.gateway.compare;

import dev.banyan.gateway.compare.Comparison.Differs;
import dev.banyan.gateway.compare.Comparison.NotComparable;
import dev.banyan.gateway.compare.Comparison.Reason;
import dev.banyan.gateway.compare.Comparison.RuleUse;
import dev.banyan.gateway.compare.Comparison.Same;
import dev.banyan.gateway.compare.Difference.Kind;
import dev.banyan.gateway.compare.RouteEvidence.Example;
import dev.banyan.gateway.compare.RouteEvidence.Group;
import dev.banyan.gateway.compare.RouteEvidence.IgnoreRule;
import dev.banyan.rules.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The book of one route's comparisons, for as long as what is compared stays the same; all of its methods but one exclude each other. What comes
 * after it was forgotten was compared by other rules, and is left out.
 */
public final class RouteLedger {

    /** The most groups of like differences. */
    static final int GROUPS_MAX = 200;

    /** The most samples of one group: the first one, and the newest. */
    static final int EXAMPLES_MAX = 5;

    /** The most paths remembered of one ignore rule. */
    static final int COVERED_MAX = 50;

    private static final class Counts {
        private long comparisons;
        private long controls;
        private long confirmed;
        private long transientOnes;
        private boolean wide;
        private final List<Example> examples = new ArrayList<>();
    }

    private static final class Use {
        private long comparisons;
        private long hid;
        private final Map<String, Kind> differing = new HashMap<>();
        private final Set<String> equal = new HashSet<>();
    }

    private final AtomicLong charsLeft;
    private final Map<Difference.Key, Counts> groups = new HashMap<>();
    private final Map<String, Use> uses = new LinkedHashMap<>();
    private final Map<Severity, Long> mismatched = new EnumMap<>(Severity.class);
    private final Map<Reason, Long> notComparable = new EnumMap<>(Reason.class);
    private final LongAdder matched = new LongAdder();
    private long ignored;
    private long controls;
    private long controlsMismatched;
    private long groupsLeftOut;
    private long samplesLeftOut;
    private volatile boolean closed;

    /** @param charsLeft how much room there is for samples, shared by all routes */
    RouteLedger(AtomicLong charsLeft) {
        this.charsLeft = charsLeft;
    }

    /** Files a comparison with the candidate that was seen at once to have no difference; never waits for somebody who is making a sample. */
    public void addAlike() {
        matched.increment();
    }

    /**
     * Files a comparison with the candidate that nobody checks again.
     *
     * @param sample asked for only if it is kept
     */
    public void add(Comparison comparison, Supplier<Sample> sample) {
        file(comparison, null, sample);
    }

    /**
     * Files a comparison with the candidate, and what came of asking both again.
     *
     * @param again the second comparison; one that is not comparable leaves the first unchecked
     */
    public void add(Differs first, Comparison again, Supplier<Sample> sample) {
        file(first, again, sample);
    }

    /** Whether it was forgotten. */
    public boolean isClosed() {
        return closed;
    }

    private synchronized void file(Comparison comparison, @Nullable Comparison again, Supplier<Sample> sample) {
        if (closed) {
            return;
        }
        switch (comparison) {
            case Same same -> {
                if (same.isByRule()) {
                    ignored++;
                } else {
                    matched.increment();
                }
                used(same.ignored());
            }
            case NotComparable hindered -> notComparable.merge(hindered.reason(), 1L, Long::sum);
            case Differs differs -> {
                mismatched.merge(differs.worst(), 1L, Long::sum);
                groupsLeftOut += differs.more();
                used(differs.ignored());
                group(differs, again, sample);
            }
        }
    }

    private void group(Differs differs, @Nullable Comparison again, Supplier<Sample> sample) {
        Set<Difference.Key> confirmed = again == null ? Set.of() : differs.confirmedBy(again);
        boolean checked = again != null && !(again instanceof NotComparable);
        @Nullable Sample made = null;
        for (Difference difference : differs.differences()) {
            Counts counts = countsOf(difference.key());
            if (counts == null) {
                groupsLeftOut++;
                continue;
            }
            counts.comparisons++;
            counts.wide |= difference.wide();
            if (checked && confirmed.contains(difference.key())) {
                counts.confirmed++;
            } else if (checked) {
                counts.transientOnes++;
            }
            made = made == null ? sample.get() : made;
            keep(counts, new Example(difference, made));
        }
    }

    private @Nullable Counts countsOf(Difference.Key key) {
        Counts known = groups.get(key);
        if (known == null && groups.size() < GROUPS_MAX) {
            known = new Counts();
            groups.put(key, known);
        }
        return known;
    }

    /* Each example counts its whole sample, although groups of one comparison share it: a bound may be too careful. */
    private void keep(Counts counts, Example example) {
        if (counts.examples.size() == EXAMPLES_MAX) {
            charsLeft.addAndGet(counts.examples.remove(1).sample().chars());
        }
        int chars = example.sample().chars();
        if (charsLeft.addAndGet(-chars) >= 0) {
            counts.examples.add(example);
        } else {
            charsLeft.addAndGet(chars);
            samplesLeftOut++;
        }
    }

    private void used(List<RuleUse> rules) {
        for (RuleUse rule : rules) {
            Use use = uses.computeIfAbsent(rule.rule(), _ -> new Use());
            use.comparisons++;
            use.hid += rule.differing().isEmpty() ? 0 : 1;
            rule.differing().forEach((path, kind) -> {
                if (use.differing.size() < COVERED_MAX) {
                    use.differing.putIfAbsent(path, kind);
                }
            });
            rule.equal().stream().filter(_ -> use.equal.size() < COVERED_MAX).forEach(use.equal::add);
        }
    }

    /** Files a comparison of the baseline with itself. */
    public synchronized void addControl(Comparison comparison) {
        if (closed || comparison instanceof NotComparable) {
            return;
        }
        controls++;
        if (comparison instanceof Differs differs) {
            controlsMismatched++;
            for (Difference difference : differs.differences()) {
                Counts counts = countsOf(difference.key());
                if (counts != null) {
                    counts.controls++;
                    counts.wide |= difference.wide();
                }
            }
        }
    }

    /** Gives the room of all samples back. */
    synchronized void close() {
        closed = true;
        groups.values().stream()
                .flatMap(counts -> counts.examples.stream())
                .forEach(example -> charsLeft.addAndGet(example.sample().chars()));
        groups.clear();
    }

    synchronized RouteEvidence snapshot(String route) {
        long alike = matched.sum();
        long compared = alike
                + ignored
                + mismatched.values().stream().mapToLong(Long::longValue).sum();
        List<Group> sorted = groups.entrySet().stream()
                .map(each -> group(each.getKey(), each.getValue(), compared))
                .sorted(Comparator.comparing(Group::severity)
                        .thenComparingLong(Group::comparisons)
                        .reversed()
                        .thenComparing(group -> group.key().path()))
                .toList();
        List<IgnoreRule> rules = uses.entrySet().stream()
                .map(each -> rule(each.getKey(), each.getValue()))
                .toList();
        return new RouteEvidence(
                route,
                alike,
                ignored,
                mismatched,
                notComparable,
                controls,
                controlsMismatched,
                sorted,
                groupsLeftOut,
                samplesLeftOut,
                rules);
    }

    private Group group(Difference.Key key, Counts counts, long compared) {
        return new Group(
                key,
                counts.comparisons,
                counts.controls,
                counts.confirmed,
                counts.transientOnes,
                Noise.of(controls, counts.controls, compared, counts.comparisons),
                counts.wide,
                counts.examples);
    }

    private static IgnoreRule rule(String name, Use use) {
        List<String> never = use.equal.stream()
                .filter(path -> !use.differing.containsKey(path))
                .sorted()
                .toList();
        return new IgnoreRule(name, use.comparisons, use.hid, use.differing, never);
    }
}
