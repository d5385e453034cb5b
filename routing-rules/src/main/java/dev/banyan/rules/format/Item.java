package dev.banyan.rules.format;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a mapping or an element of a list, with the comments that belong to it.
 *
 * @param key null in a list
 * @param start where the key begins, or in a list the value, in code points from 0
 * @param column counted from 1: of the key, or in a block list of the dash
 * @param blankBefore an empty line stands above it
 * @param above comments on the lines above
 * @param beside comments at the end of its own lines
 */
record Item(
        @Nullable String key,
        int start,
        int column,
        boolean blankBefore,
        Node value,
        List<Comment> above,
        List<Comment> beside) {

    static Item of(@Nullable String key, int start, int column, boolean blankBefore, Node value) {
        return new Item(key, start, column, blankBefore, value, new ArrayList<>(), new ArrayList<>());
    }

    /** Where the item ends with all comments that belong to it, in code points. */
    int endOfAll() {
        int end = value.end();
        for (Comment comment : beside) {
            end = Math.max(end, comment.at());
        }
        return value instanceof Node.Group group ? Math.max(end, group.endOfAll()) : end;
    }

    boolean hasComments() {
        boolean inside = value instanceof Node.Group group && group.hasComments();
        return inside || !above.isEmpty() || !beside.isEmpty();
    }
}
