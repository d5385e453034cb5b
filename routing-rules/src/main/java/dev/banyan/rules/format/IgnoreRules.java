package dev.banyan.rules.format;

import dev.banyan.rules.RulesException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Puts ignore rules into a route's entry of a rule file. */
public final class IgnoreRules {

    /*
     * Only the smallest part of the file that is not in braces is laid out anew: the route's `compare`, or where the route is
     * in braces itself, the route. All other lines stay as they are, byte by byte, whoever laid them out.
     */

    private static final String COMPARE = "compare";

    private IgnoreRules() {}

    /**
     * A place that may differ.
     *
     * @param section where under {@code compare} it belongs: {@code json}, {@code html}, {@code xml} or {@code text}
     * @param key what names the place there: {@code path}, {@code selector} or {@code pattern}
     * @param expires the first day on which it no longer holds; null is for ever
     */
    public record Rule(
            String section,
            String key,
            String place,
            String reason,
            @Nullable LocalDate expires) {}

    /**
     * Returns the text with the rules behind those that the route has. Rules for places that it has already are left out.
     *
     * @param file for messages only
     * @throws RulesException when the text or its shape is not sound; what the rules mean is not checked
     * @throws IllegalArgumentException when the file has no such route, or several
     */
    public static String add(Path file, String text, String route, List<Rule> rules) throws RulesException {
        SourceReader.Document document = RulesFormat.read(file, text);
        Node.Group root = RulesFormat.root(file, document);
        List<Comment> head = Placement.place(root, document.comments());
        Item routes = root.item("routes");
        List<Item> found = routes != null && routes.value() instanceof Node.Group all
                ? all.items().stream().filter(each -> says(each, "name", route)).toList()
                : List.of();
        if (routes == null || found.size() != 1) {
            throw new IllegalArgumentException(file + ": " + found.size() + " routes " + route + " (expected: one)");
        }
        String written = new Edit(text, head, root, routes, found.getFirst()).with(rules);
        RulesFormat.requireSame(file, document, written);
        return written;
    }

    /** Whether {@code value} stands under a key of the mapping. */
    private static boolean says(Item entry, String key, String value) {
        Item field = entry.value() instanceof Node.Group fields ? fields.item(key) : null;
        return field != null
                && field.value() instanceof Node.Text text
                && text.meaning().equals(SourceReader.quoted(value).meaning());
    }

    /** One route of one file; the nodes change with the text. */
    private static final class Edit {

        private final SourceText source;
        private final String lineBreak;
        private final List<Comment> head;
        private final Node.Group root;
        private final Item routes;
        private final Item route;
        private final Node.Group fields;

        Edit(String text, List<Comment> head, Node.Group root, Item routes, Item route) {
            this.source = new SourceText(text);
            this.lineBreak = text.contains("\r\n") ? "\r\n" : "\n";
            this.head = head;
            this.root = root;
            this.routes = routes;
            this.route = route;
            this.fields = (Node.Group) route.value();
        }

        String with(List<Rule> rules) {
            Item compare = fields.item(COMPARE);
            Item before = compare == null ? lastBefore(COMPARE) : compare;
            int endBefore = source.lineEnd(before.endOfAll());
            boolean changed = false;
            for (Rule rule : rules) {
                changed |= add(rule);
            }
            if (!changed) {
                return source.between(0, source.length());
            }
            KeyOrder ofRoutes = KeyOrder.ofFile().under("routes");
            KeyOrder ofCompare = ofRoutes.inElements().under(COMPARE);
            if (root.flow()) {
                return Layout.write(head, root);
            }
            if (((Node.Group) routes.value()).flow()) {
                return replaced(routes, ofRoutes);
            }
            if (fields.flow()) {
                return replaced(route, ofRoutes.inElements());
            }
            return compare == null ? inserted(endBefore, before.column(), ofCompare) : replaced(compare, ofCompare);
        }

        /** Adds the rule to the nodes; returns whether it was not there. */
        private boolean add(Rule rule) {
            Node.Group section = mapping(mapping(fields, COMPARE), rule.section);
            Item there = section.item("ignore");
            Node.Group ignore = there == null ? list(section, "ignore") : (Node.Group) there.value();
            if (ignore.items().stream().anyMatch(each -> says(each, rule.key, rule.place))) {
                return false;
            }
            Node.Group entry = Node.Group.of(-1, -1, false, true, new ArrayList<>());
            entry.items().add(field(rule.key, SourceReader.quoted(rule.place)));
            entry.items().add(field("reason", SourceReader.quoted(rule.reason)));
            if (rule.expires != null) {
                entry.items().add(field("expires", SourceReader.quoted(rule.expires.toString())));
            }
            ignore.items().add(Item.of(null, -1, -1, false, entry));
            return true;
        }

        private static Node.Group mapping(Node.Group in, String key) {
            Item there = in.item(key);
            if (there != null) {
                return (Node.Group) there.value();
            }
            Node.Group made = Node.Group.of(-1, -1, false, in.flow(), new ArrayList<>());
            in.items().add(field(key, made));
            return made;
        }

        private static Node.Group list(Node.Group in, String key) {
            Node.Group made = Node.Group.of(-1, -1, true, in.flow(), new ArrayList<>());
            in.items().add(field(key, made));
            return made;
        }

        private static Item field(String key, Node value) {
            return Item.of(key, -1, -1, false, value);
        }

        /** The entry of the route that a new key goes behind, in the order that rules are laid out in. */
        private Item lastBefore(String key) {
            KeyOrder order = KeyOrder.ofFile().under("routes").inElements();
            Item last = fields.items().getFirst();
            for (Item item : fields.items()) {
                if (order.of(Objects.requireNonNull(item.key())) < order.of(key)) {
                    last = item;
                }
            }
            return last;
        }

        private String inserted(int at, int column, KeyOrder order) {
            Item compare = Objects.requireNonNull(fields.item(COMPARE));
            List<String> lines = Layout.lines(compare, column - 1, order);
            return source.between(0, at) + indented(lines, column - 1) + source.between(at, source.length());
        }

        private String indented(List<String> lines, int indent) {
            var text = new StringBuilder();
            lines.forEach(line -> text.append(lineBreak)
                    .append(line.isEmpty() ? "" : " ".repeat(indent))
                    .append(line));
            return text.toString();
        }

        /** The text with an item laid out anew; comments above it stay where they are. */
        private String replaced(Item item, KeyOrder order) {
            int start = item.start();
            int end = source.lineEnd(Math.max(start, item.endOfAll()));
            item.above().removeIf(comment -> comment.at() < start);
            int indent = source.column(start) - 1;
            int dash = item.key() == null ? 2 : 0; // an element's lines come with one
            List<String> lines = Layout.lines(item, indent - dash, order).stream()
                    .map(line -> line.startsWith("#") || line.isEmpty() ? line : line.substring(dash))
                    .toList();
            return source.between(0, start)
                    + lines.getFirst()
                    + indented(lines.subList(1, lines.size()), indent)
                    + source.between(end, source.length());
        }
    }
}
