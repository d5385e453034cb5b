package dev.banyan.rules.format;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes nodes as text. */
final class Layout {

    /*
     * What was written in braces stays on one line while it fits and has no comment inside; else it is written as a block,
     * and so is everything that was one. Keys stand in the schema's order; elements of lists stay where they are, because
     * people group them. Every choice is one that the next run finds already made.
     */

    static final int WIDTH_MAX = 120;
    private static final String STEP = "  ";

    private Layout() {}

    static String write(List<Comment> head, Node.Group root) {
        List<String> lines = new ArrayList<>();
        for (Comment comment : head) {
            if (comment.blankBefore() && !lines.isEmpty()) {
                lines.add("");
            }
            lines.add(comment.text());
        }
        if (!head.isEmpty() && (!isModelineOnly(head) || isBlankAfterHead(root))) {
            lines.add("");
        }
        lines.addAll(group(root, 0, KeyOrder.ofFile(), true));
        return String.join("\n", lines) + "\n";
    }

    /**
     * The lines of one item by itself, and above them the comments inside it that cannot stay where they are.
     *
     * @param indent of the item, in blanks; the lines come without it
     * @param order of the keys within its value
     */
    static List<String> lines(Item item, int indent, KeyOrder order) {
        Written written = item(item, indent, order);
        List<String> lines = new ArrayList<>();
        written.above.forEach(comment -> lines.add(comment.text()));
        lines.addAll(written.lines);
        return lines;
    }

    private static boolean isModelineOnly(List<Comment> head) {
        return head.size() == 1 && head.getFirst().text().contains("yaml-language-server:");
    }

    private static boolean isBlankAfterHead(Node.Group root) {
        Item first = root.items().getFirst();
        return first.above().isEmpty()
                ? first.blankBefore()
                : first.above().getFirst().blankBefore();
    }

    /** The lines of a list or mapping that stands at {@code indent}, without that indentation. */
    private static List<String> group(Node.Group group, int indent, KeyOrder order, boolean top) {
        List<String> lines = new ArrayList<>();
        for (Item item : sorted(group, order)) {
            KeyOrder inner = item.key() == null ? order.inElements() : order.under(item.key());
            Written written = item(item, indent, inner);
            boolean spaced = top;
            for (Comment comment : written.above) {
                addBlank(lines, spaced || comment.blankBefore());
                spaced = false;
                lines.add(comment.text());
            }
            addBlank(lines, spaced || item.blankBefore());
            lines.addAll(written.lines);
        }
        for (Comment comment : group.foot()) {
            addBlank(lines, comment.blankBefore());
            lines.add(comment.text());
        }
        return lines;
    }

    private static void addBlank(List<String> lines, boolean wanted) {
        if (wanted && !lines.isEmpty()) {
            lines.add("");
        }
    }

    private static List<Item> sorted(Node.Group group, KeyOrder order) {
        return group.isList()
                ? group.items()
                : group.items().stream()
                        .sorted(Comparator.comparingInt(each -> order.of(keyOf(each))))
                        .toList();
    }

    private static String keyOf(Item item) {
        return item.key() == null ? "" : item.key();
    }

    /** An item's own lines and the comments above them. */
    private record Written(List<Comment> above, List<String> lines) {
        Written {
            above = above.stream().sorted(Comparator.comparingInt(Comment::at)).toList();
        }
    }

    private static Written item(Item item, int indent, KeyOrder order) {
        List<Comment> above = new ArrayList<>(item.above());
        String start = item.key() == null ? "-" : item.key() + ":";
        return switch (item.value()) {
            case Node.Text text -> {
                String beside = lastBeside(item, above);
                List<String> lines = new ArrayList<>();
                lines.add((start + " " + text.shown() + beside).stripTrailing());
                text.body().forEach(line -> lines.add(line.isEmpty() ? "" : STEP + line));
                yield new Written(above, lines);
            }
            case Node.Group group -> {
                String line = group.hasComments() ? null : oneLine(group, order);
                boolean fits = line != null && indent + start.length() + 1 + line.length() <= WIDTH_MAX;
                if (fits && (group.flow() || group.items().isEmpty())) {
                    yield new Written(above, List.of(start + " " + line + lastBeside(item, above)));
                }
                yield block(item, group, start, above, indent, order);
            }
        };
    }

    private static Written block(
            Item item, Node.Group group, String start, List<Comment> above, int indent, KeyOrder order) {
        if (group.items().isEmpty()) {
            above.addAll(group.foot());
            String brackets = group.isList() ? "[]" : "{}";
            return new Written(above, List.of(start + " " + brackets + lastBeside(item, above)));
        }
        if (item.key() != null) {
            List<String> lines = new ArrayList<>();
            lines.add(start + lastBeside(item, above));
            indented(group(group, indent + STEP.length(), order, false), lines);
            return new Written(above, lines);
        }
        above.addAll(item.beside());
        hoist(sorted(group, order).getFirst(), above);
        List<String> lines = new ArrayList<>();
        indented(group(group, indent + STEP.length(), order, false), lines);
        lines.set(0, "- " + lines.getFirst().substring(STEP.length()));
        return new Written(above, lines);
    }

    /** Comments above the first entry of an element go above its dash. */
    private static void hoist(Item first, List<Comment> above) {
        above.addAll(first.above());
        first.above().clear();
        if (first.key() == null
                && first.value() instanceof Node.Group inner
                && !inner.items().isEmpty()) {
            above.addAll(first.beside());
            first.beside().clear();
            hoist(inner.items().getFirst(), above);
        }
    }

    private static void indented(List<String> from, List<String> to) {
        from.forEach(line -> to.add(line.isEmpty() ? "" : STEP + line));
    }

    /** The comment at the end of the line; more than one cannot stand there, so that the others go above. */
    private static String lastBeside(Item item, List<Comment> above) {
        if (item.beside().isEmpty()) {
            return "";
        }
        above.addAll(item.beside().subList(0, item.beside().size() - 1));
        return " " + item.beside().getLast().text();
    }

    /** The node on one line; null when it cannot stand on one. */
    private static @Nullable String oneLine(Node node, KeyOrder order) {
        return switch (node) {
            case Node.Text text -> text.body().isEmpty() ? text.shown() : null;
            case Node.Group group -> {
                List<String> parts = new ArrayList<>();
                for (Item item : sorted(group, order)) {
                    KeyOrder inner = item.key() == null ? order.inElements() : order.under(item.key());
                    String value = oneLine(item.value(), inner);
                    if (value == null) {
                        yield null;
                    }
                    parts.add(item.key() == null ? value : (item.key() + ": " + value).stripTrailing());
                }
                String joined = parts.stream().collect(Collectors.joining(", "));
                yield group.isList() ? "[" + joined + "]" : "{" + joined + "}";
            }
        };
    }
}
