package dev.banyan.gateway.compare;

import dev.banyan.gateway.compare.Difference.Kind;
import dev.banyan.gateway.compare.Difference.Part;
import dev.banyan.gateway.compare.Markup.Element;
import dev.banyan.gateway.compare.Markup.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
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

    /** Where the walk stands, as a group of places and exactly. */
    private record Spot(String path, String at) {}

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
        var root = new Spot(paths.root(baseline), paths.root(baseline));
        if (!baseline.name().equals(candidate.name())) {
            add(Kind.TYPE, root, shown(baseline), shown(candidate));
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
        boolean moved = false;
        for (Align.Pair pair : aligned.pairs()) {
            moved |= pair.equal() && pair.baseline() != pair.candidate();
            if (!pair.equal()) {
                pair(baseline, pair.baseline(), candidate, pair.candidate(), spot);
            }
        }
        if (!aligned.ordered()) {
            found.note("elements with changes across more than " + Align.IN_ORDER_MAX
                    + " neighbours are paired whatever their order");
            if (moved && left.size() == right.size()) {
                add(Kind.ORDER, spot, shown(baseline), shown(candidate));
            }
        }
    }

    private void pair(Element baseline, int left, Element candidate, int right, Spot spot) {
        @Nullable Markup before = left < 0 ? null : baseline.children().get(left);
        @Nullable Markup after = right < 0 ? null : candidate.children().get(right);
        if (before instanceof Element one && after instanceof Element other) {
            element(one, other, below(spot, baseline, left));
        } else if (before instanceof Text(var one) && after instanceof Text(var other)) {
            addText(Kind.VALUE, spot, baseline, one, other);
        } else if (before instanceof Text(var one)) {
            addText(Kind.ITEM_REMOVED, spot, baseline, one, null);
        } else if (after instanceof Text(var other)) {
            addText(Kind.ITEM_ADDED, spot, candidate, null, other);
        } else if (before instanceof Element one) {
            add(
                    one.vital() && isLast(one, candidate) ? Kind.REMOVED : Kind.ITEM_REMOVED,
                    below(spot, baseline, left),
                    shown(one),
                    null);
        } else if (after instanceof Element other) {
            boolean field = part == Part.XML && isLast(other, baseline);
            add(field ? Kind.ADDED : Kind.ITEM_ADDED, below(spot, candidate, right), null, shown(other));
        }
    }

    /** Whether {@code other}, where {@code element} has no partner, has nothing of that name either. */
    private static boolean isLast(Element element, Element other) {
        return other.children().stream()
                .noneMatch(child -> child instanceof Element each
                        && each.name().equals(element.name())
                        && each.identity().equals(element.identity()));
    }

    private void addText(Kind kind, Spot spot, Element in, @Nullable String baseline, @Nullable String candidate) {
        boolean hidden = redaction.hides(local(in.name())) || redaction.hides(in.identity());
        add(
                kind,
                new Spot(paths.text(spot.path()), paths.text(spot.at())),
                shown(baseline, hidden),
                shown(candidate, hidden));
    }

    private @Nullable String shown(@Nullable String text, boolean hidden) {
        return text == null ? null : hidden ? Redaction.HIDDEN : redaction.text(text);
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
                Kind kind = before == null ? Kind.ADDED : after == null ? removedAttribute(name) : Kind.VALUE;
                // What a control holds is hidden by the control's name, not by that of the attribute.
                boolean hidden = redaction.hides(local(name))
                        || redaction.hides(baseline.identity())
                        || redaction.hides(candidate.identity());
                add(
                        kind,
                        new Spot(paths.attribute(spot.path(), name), paths.attribute(spot.at(), name)),
                        shown(before, hidden),
                        shown(after, hidden));
            }
        }
    }

    /* In XML an attribute is a field; in HTML few are. */
    private Kind removedAttribute(String name) {
        boolean breaks = part == Part.XML || name.equals("name") || name.equals("action") || name.equals("href");
        return breaks ? Kind.REMOVED : Kind.ITEM_REMOVED;
    }

    private Spot below(Spot spot, Element parent, int index) {
        Element child = (Element) parent.children().get(index);
        int nth = 0;
        for (int i = 0; i <= index; i++) {
            nth += parent.children().get(i) instanceof Element other
                            && other.name().equals(child.name())
                    ? 1
                    : 0;
        }
        return new Spot(paths.child(spot.path(), child), paths.exactChild(spot.at(), child, nth));
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

    private void add(Kind kind, Spot spot, @Nullable String baseline, @Nullable String candidate) {
        found.add(part, kind, spot.path(), spot::at, () -> baseline, () -> candidate);
    }

    private String shown(Element element) {
        return MarkupText.of(element, redaction, Redaction.VALUE_CHARS_MAX);
    }

    /** Returns a name without its namespace. */
    static String local(String name) {
        return name.substring(name.lastIndexOf('}') + 1);
    }

    static List<Markup> joined(List<Markup> children) {
        var joined = new ArrayList<Markup>(children.size());
        for (Markup child : children) {
            if (child instanceof Text(var text) && !joined.isEmpty() && joined.getLast() instanceof Text(var before)) {
                joined.set(joined.size() - 1, new Text(before + " " + text));
            } else {
                joined.add(child);
            }
        }
        return List.copyOf(joined);
    }
}
