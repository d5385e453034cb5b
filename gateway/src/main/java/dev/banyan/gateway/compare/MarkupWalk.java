package dev.banyan.gateway.compare;

import dev.banyan.gateway.compare.Difference.Kind;
import dev.banyan.gateway.compare.Difference.Part;
import dev.banyan.gateway.compare.Markup.Element;
import dev.banyan.gateway.compare.Markup.Text;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Walks two trees of markup side by side and says where they differ. */
final class MarkupWalk {

    /** How an element, its nth of a kind and its attribute are written in a path. */
    interface Paths {
        String root(Element element);

        String child(String parent, Element element);

        String exactChild(String parent, Element element, int nth);

        String attribute(String element, String name);

        String text(String element);
    }

    /** Where the walk stands, as a group of places and exactly, and whether nothing from there on is ever shown. */
    private record Spot(String path, Supplier<String> at, boolean hidden) {}

    private record ElementKey(String name, Map<String, String> attributes, List<Integer> children) {}

    private final Map<Object, Integer> numbers = new HashMap<>();
    private final IdentityHashMap<Markup, Integer> classes = new IdentityHashMap<>();
    private final Part part;
    private final Paths paths;
    private final Redaction redaction;
    private final Found found;

    MarkupWalk(Part part, Paths paths, Redaction redaction, Found found) {
        this.part = part;
        this.paths = paths;
        this.redaction = redaction;
        this.found = found;
    }

    void compare(Element baseline, Element candidate) {
        var root = new Spot(paths.root(baseline), () -> paths.root(baseline), hides(baseline));
        if (!baseline.name().equals(candidate.name())) {
            add(Kind.TYPE, root, baseline, candidate);
        } else if (classOf(baseline) != classOf(candidate)) {
            element(baseline, candidate, root);
        }
    }

    private int classOf(Markup node) {
        Integer known = classes.get(node);
        if (known != null) {
            return known;
        }
        Object key =
                switch (node) {
                    case Text text -> text;
                    case Element element ->
                        new ElementKey(
                                element.name(),
                                element.attributes(),
                                element.children().stream().map(this::classOf).toList());
                };
        Integer number = numbers.get(key);
        if (number == null) {
            number = numbers.size();
            numbers.put(key, number);
        }
        classes.put(node, number);
        return number;
    }

    private void element(Element baseline, Element candidate, Spot spot) {
        attributes(baseline, candidate, spot);
        List<Markup> left = baseline.children();
        List<Markup> right = candidate.children();
        Align aligned = Align.inOrder(
                left.stream().mapToInt(this::classOf).toArray(),
                right.stream().mapToInt(this::classOf).toArray(),
                (i, j) -> likeness(left.get(i), right.get(j)));
        Set<Sort> sortsLeft = sorts(baseline);
        Set<Sort> sortsRight = sorts(candidate);
        boolean moved = false;
        for (Align.Pair pair : aligned.pairs()) {
            moved |= pair.equal() && pair.baseline() != pair.candidate();
            if (!pair.equal()) {
                Markup before = pair.baseline() < 0 ? null : left.get(pair.baseline());
                Markup after = pair.candidate() < 0 ? null : right.get(pair.candidate());
                if (before instanceof Element one && after instanceof Element other) {
                    element(one, other, below(spot, baseline, one, pair.baseline()));
                } else if (before instanceof Element one) {
                    boolean gone = one.vital() && !sortsRight.contains(Sort.of(one));
                    Spot at = below(spot, baseline, one, pair.baseline());
                    add(gone ? Kind.REMOVED : Kind.ITEM_REMOVED, at, one, null);
                } else if (after instanceof Element other) {
                    boolean fresh = part == Part.XML && !sortsLeft.contains(Sort.of(other));
                    Spot at = below(spot, candidate, other, pair.candidate());
                    add(fresh ? Kind.ADDED : Kind.ITEM_ADDED, at, null, other);
                } else {
                    text(spot, before, after, !sortsLeft.isEmpty() || !sortsRight.isEmpty());
                }
            }
        }
        if (!aligned.ordered()) {
            found.note("elements with changes across more than " + Align.IN_ORDER_MAX
                    + " neighbours are paired whatever their order");
            if (moved && left.size() == right.size()) {
                add(Kind.ORDER, spot, baseline, candidate);
            }
        }
    }

    /** @param beside whether the text has elements beside it, which a rule for its place would pass over too */
    private void text(Spot spot, @Nullable Markup baseline, @Nullable Markup candidate, boolean beside) {
        Kind kind = baseline == null ? Kind.ITEM_ADDED : candidate == null ? Kind.ITEM_REMOVED : Kind.VALUE;
        var at = new Spot(paths.text(spot.path), () -> paths.text(spot.at.get()), spot.hidden);
        add(kind, at, beside, baseline, candidate);
    }

    /** What tells elements beside each other apart. */
    private record Sort(String name, String identity) {
        static Sort of(Element element) {
            return new Sort(element.name(), element.identity());
        }
    }

    private static Set<Sort> sorts(Element parent) {
        var sorts = new HashSet<Sort>();
        for (Markup child : parent.children()) {
            if (child instanceof Element element) {
                sorts.add(Sort.of(element));
            }
        }
        return sorts;
    }

    private boolean hides(Element element) {
        return redaction.hides(local(element.name())) || redaction.hides(element.identity());
    }

    private void attributes(Element baseline, Element candidate, Spot spot) {
        if (baseline.attributes().equals(candidate.attributes())) {
            return;
        }
        var names = new TreeSet<>(baseline.attributes().keySet());
        names.addAll(candidate.attributes().keySet());
        for (String name : names) {
            @Nullable String before = baseline.attributes().get(name);
            @Nullable String after = candidate.attributes().get(name);
            if (before == null || !before.equals(after)) {
                Kind kind = before == null ? addedAttribute() : after == null ? removedAttribute(name) : Kind.VALUE;
                // What a control holds is hidden by the control's name, not by that of the attribute.
                boolean hidden = spot.hidden || redaction.hides(local(name)) || hides(candidate);
                var at = new Spot(paths.attribute(spot.path, name), () -> paths.attribute(spot.at.get(), name), hidden);
                add(kind, at, before == null ? null : new Text(before), after == null ? null : new Text(after));
            }
        }
    }

    /* In XML an attribute is a field; in HTML few are. */
    private Kind removedAttribute(String name) {
        boolean breaks = part == Part.XML || name.equals("name") || name.equals("action") || name.equals("href");
        return breaks ? Kind.REMOVED : Kind.ITEM_REMOVED;
    }

    /* What a page gains, "disabled" say, changes how it behaves. */
    private Kind addedAttribute() {
        return part == Part.XML ? Kind.ADDED : Kind.ITEM_ADDED;
    }

    private Spot below(Spot spot, Element parent, Element child, int index) {
        return new Spot(
                paths.child(spot.path, child),
                () -> paths.exactChild(spot.at.get(), child, nth(parent, child, index)),
                spot.hidden || hides(child));
    }

    private static int nth(Element parent, Element child, int index) {
        int nth = 0;
        for (Markup each : parent.children().subList(0, index + 1)) {
            nth += each instanceof Element other && other.name().equals(child.name()) ? 1 : 0;
        }
        return nth;
    }

    private int likeness(Markup baseline, Markup candidate) {
        if (baseline instanceof Element one && candidate instanceof Element other) {
            if (!one.name().equals(other.name())) {
                return 0;
            }
            int shared = one.attributes().equals(other.attributes()) ? 3 : 1;
            if (!one.identity().isEmpty() || !other.identity().isEmpty()) {
                if (!one.identity().equals(other.identity())) {
                    return 0;
                }
                shared += 20;
            }
            int compared = Math.min(
                    20, Math.min(one.children().size(), other.children().size()));
            for (int i = 0; i < compared; i++) {
                shared += classOf(one.children().get(i))
                                == classOf(other.children().get(i))
                        ? 2
                        : 0;
            }
            return shared;
        }
        return baseline instanceof Text && candidate instanceof Text ? 1 : 0;
    }

    private void add(Kind kind, Spot spot, @Nullable Markup baseline, @Nullable Markup candidate) {
        add(kind, spot, false, baseline, candidate);
    }

    private void add(Kind kind, Spot spot, boolean wide, @Nullable Markup baseline, @Nullable Markup candidate) {
        found.add(part, kind, spot.path, wide, spot.at, () -> shown(baseline, spot), () -> shown(candidate, spot));
    }

    private @Nullable String shown(@Nullable Markup node, Spot spot) {
        if (node == null) {
            return null;
        }
        if (spot.hidden) {
            return Redaction.HIDDEN;
        }
        return switch (node) {
            case Text(var text) -> redaction.text(text);
            case Element element -> MarkupText.of(element, redaction, Redaction.VALUE_CHARS_MAX);
        };
    }

    /** Returns a name without its namespace. */
    static String local(String name) {
        return name.substring(name.lastIndexOf('}') + 1);
    }
}
