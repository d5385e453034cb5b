package dev.banyan.rules.format;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A value of a rule file, with what its layout needs. */
sealed interface Node {

    /** Where it begins in the source, in code points from 0. */
    int start();

    /** Where it ends; of a block list or mapping, where its last value ends. */
    int end();

    /**
     * One value.
     *
     * @param shown as it is written on one line; of a block scalar the header, {@code |-} for instance
     * @param body the lines of a block scalar without their indentation; else empty
     * @param meaning what must stay the same: the kind of scalar and its text
     */
    record Text(int start, int end, String shown, List<String> body, String meaning) implements Node {
        public Text {
            body = List.copyOf(body);
        }
    }

    /**
     * A list or a mapping.
     *
     * @param flow written in brackets or braces
     * @param items in the order of the source
     * @param foot comments below the last item; filled when comments are placed
     */
    record Group(int start, int end, boolean isList, boolean flow, List<Item> items, List<Comment> foot)
            implements Node {

        static Group of(int start, int end, boolean isList, boolean flow, List<Item> items) {
            return new Group(start, end, isList, flow, items, new ArrayList<>());
        }

        /** The item under a key of a mapping; null without that key. */
        @Nullable
        Item item(String key) {
            return items.stream()
                    .filter(each -> key.equals(each.key()))
                    .findFirst()
                    .orElse(null);
        }

        /** Where the last comment inside begins, or the last value ends. */
        int endOfAll() {
            int end = this.end;
            for (Item item : items) {
                end = Math.max(end, item.endOfAll());
            }
            for (Comment comment : foot) {
                end = Math.max(end, comment.at());
            }
            return end;
        }

        /** Whether a comment stands anywhere inside. */
        boolean hasComments() {
            return !foot.isEmpty() || items.stream().anyMatch(Item::hasComments);
        }
    }
}
