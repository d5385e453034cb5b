package dev.banyan.rules.format;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gives every comment to the item that it speaks about. */
final class Placement {

    /*
     * A comment at the end of a line belongs to the last item that began before it. A comment on lines of its own belongs
     * to the item below, unless it is indented deeper than that: then it closes the list or mapping above.
     */

    private Placement() {}

    /**
     * Places all comments but the file's head, which is returned: what stands before the first key, down to the last
     * empty line, and the line that tells editors the schema.
     */
    static List<Comment> place(Node.Group root, List<Comment> comments) {
        int first = root.items().getFirst().start();
        List<Comment> before =
                comments.stream().filter(each -> each.at() < first).toList();
        int head = root.items().getFirst().blankBefore() ? before.size() : 0;
        for (int i = before.size() - 1; i > 0 && head == 0; i--) {
            head = before.get(i).blankBefore() ? i : 0;
        }
        boolean modeline = !before.isEmpty() && before.getFirst().text().contains("yaml-language-server:");
        head = Math.max(head, modeline ? 1 : 0);
        for (Comment comment : comments.subList(head, comments.size())) {
            if (comment.alone()) {
                alone(root, comment);
            } else {
                beside(root, comment);
            }
        }
        return new ArrayList<>(comments.subList(0, head));
    }

    private static void alone(Node.Group group, Comment comment) {
        int at = comment.at();
        Item last = lastBefore(group, at);
        Item next = firstAfter(group, at);
        if (last != null && at < last.value().start()) {
            within(last, comment); // between a key and its value
        } else if (last != null && last.value() instanceof Node.Group inner && holds(inner, last, next, comment)) {
            alone(inner, comment);
        } else if (next != null) {
            next.above().add(comment);
        } else {
            group.foot().add(comment);
        }
    }

    private static void within(Item item, Comment comment) {
        if (item.value() instanceof Node.Group inner && !inner.flow()) {
            inner.items().getFirst().above().add(comment);
        } else {
            item.above().add(comment);
        }
    }

    private static boolean holds(Node.Group inner, Item item, @Nullable Item next, Comment comment) {
        if (inner.flow()) {
            return comment.at() < inner.end();
        }
        boolean between = comment.at() < inner.end();
        boolean deeper = comment.column() > item.column() && (next == null || comment.column() > next.column());
        return between || deeper;
    }

    private static void beside(Node.Group group, Comment comment) {
        Item last = lastBefore(group, comment.at());
        if (last == null) {
            Item next = firstAfter(group, comment.at());
            (next == null ? group.foot() : next.above()).add(comment);
        } else if (last.value() instanceof Node.Group inner
                && inner.start() < comment.at()
                && (!inner.flow() || comment.at() < inner.end())) {
            beside(inner, comment);
        } else {
            last.beside().add(comment);
        }
    }

    private static @Nullable Item lastBefore(Node.Group group, int at) {
        int first = firstFrom(group.items(), at);
        return first == 0 ? null : group.items().get(first - 1);
    }

    private static @Nullable Item firstAfter(Node.Group group, int at) {
        int first = firstFrom(group.items(), at + 1);
        return first == group.items().size() ? null : group.items().get(first);
    }

    /** The place of the first item that begins at {@code at} or later, of items that stand in the order of the text. */
    private static int firstFrom(List<Item> items, int at) {
        int low = 0;
        int high = items.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (items.get(middle).start() < at) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
