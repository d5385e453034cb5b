package dev.banyan.gateway.compare;

import dev.banyan.gateway.compare.Comparison.RuleUse;
import dev.banyan.gateway.compare.Difference.Kind;
import dev.banyan.gateway.compare.Difference.Part;
import dev.banyan.rules.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Collects what one comparison finds, within bounds: like differences are one, and only so many are listed. */
final class Found {

    /** The most differences that are listed of one comparison, one for each path and kind. */
    static final int DIFFERENCES_MAX = 100;

    /** The most paths that are remembered of one ignore rule in one comparison. */
    static final int COVERED_MAX = 32;

    /** The longest path that is kept, in characters: names in replies are other people's. */
    static final int PATH_CHARS_MAX = 500;

    /** What says that it was cut. */
    private static final int CUT_CHARS_MAX = 30;

    private static final class Places {
        private final Difference first;
        private int count = 1;
        private boolean wide;

        Places(Difference first) {
            this.first = first;
            this.wide = first.wide();
        }
    }

    private static final class Use {
        private final Map<String, Kind> differing = new HashMap<>();
        private final Set<String> equal = new HashSet<>();
    }

    private final Map<Difference.Key, Places> listed = new LinkedHashMap<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private final Map<String, Use> uses = new LinkedHashMap<>();
    private int more;

    /**
     * Files a difference; the values are asked for only if it is the first of its path and kind.
     *
     * @param wide whether a rule for {@code path} would pass over more than this
     */
    void add(
            Part part,
            Kind kind,
            String path,
            boolean wide,
            Supplier<String> at,
            Supplier<@Nullable String> baseline,
            Supplier<@Nullable String> candidate) {
        String kept = cut(path);
        boolean whole = kept.length() == path.length();
        var key = new Difference.Key(part, kind, kept);
        Places known = listed.get(key);
        if (known != null) {
            known.count++;
            known.wide |= wide;
        } else if (listed.size() < DIFFERENCES_MAX || makesRoomFor(kind.severity())) {
            var first =
                    new Difference(part, kind, kept, cut(at.get()), baseline.get(), candidate.get(), 1, wide || !whole);
            listed.put(key, new Places(first));
        } else {
            more++;
        }
    }

    private static String cut(String path) {
        return path.length() <= PATH_CHARS_MAX
                ? path
                : Redaction.cut(path, PATH_CHARS_MAX - CUT_CHARS_MAX, path.length());
    }

    void add(Part part, Kind kind, String path, @Nullable String baseline, @Nullable String candidate) {
        add(part, kind, path, false, () -> path, () -> baseline, () -> candidate);
    }

    /* A hundred added fields must not hide the one that is gone. */
    private boolean makesRoomFor(Severity severity) {
        for (var each : listed.entrySet()) {
            Severity other = each.getKey().kind().severity();
            if (other.compareTo(severity) < 0) {
                more++;
                listed.remove(each.getKey());
                return true;
            }
        }
        return false;
    }

    /** Files that an ignore rule hid a difference. */
    void hidden(String rule, String path, Kind kind) {
        Use use = uses.computeIfAbsent(rule, _ -> new Use());
        if (use.differing.size() < COVERED_MAX) {
            use.differing.putIfAbsent(cut(path), kind);
        }
    }

    /** Files that an ignore rule covers a place where nothing differs. */
    void covered(String rule, String path) {
        Use use = uses.computeIfAbsent(rule, _ -> new Use());
        if (use.equal.size() < COVERED_MAX) {
            use.equal.add(cut(path));
        }
    }

    /** Says where the comparison is less exact than it should be. */
    void note(String note) {
        notes.add(note);
    }

    Comparison comparison() {
        List<RuleUse> ignored = uses.entrySet().stream()
                .map(use -> new RuleUse(use.getKey(), use.getValue().differing, use.getValue().equal))
                .toList();
        if (listed.isEmpty()) {
            return new Comparison.Same(ignored);
        }
        var differences = new ArrayList<Difference>();
        listed.values().forEach(places -> differences.add(withPlaces(places.first, places.count, places.wide)));
        differences.sort(Comparator.comparing(Difference::severity).reversed());
        // What is not listed is never worse than what is.
        return new Comparison.Differs(
                differences, more, differences.getFirst().severity(), ignored, List.copyOf(notes));
    }

    private static Difference withPlaces(Difference first, int places, boolean wide) {
        return new Difference(
                first.part(),
                first.kind(),
                first.path(),
                first.at(),
                first.baseline(),
                first.candidate(),
                places,
                wide);
    }
}
