package dev.banyan.rules;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node of the path trie: what is reached by the elements so far. Filled once, then only read. */
final class PathNode {

    /*
     * Children are kept in an open hash table whose keys are compared with a stretch of the path in place, so that a
     * walk allocates nothing. A literal child is tried before the variable one and the deeper before the shallower, which
     * is the order of DESIGN's precedence; a match whose conditions fail gives way to the next.
     */

    private static final int INITIAL_SLOTS = 4;

    private String[] keys = new String[INITIAL_SLOTS];
    private PathNode[] literals = new PathNode[INITIAL_SLOTS];
    private int size;
    private @Nullable PathNode variable;
    private List<MatchEntry> whole = List.of();
    private List<MatchEntry> prefix = List.of();

    /** The node of these elements, made if need be. */
    PathNode reach(List<String> elements) {
        PathNode node = this;
        for (String element : elements) {
            node = PathPattern.isVariable(element) ? node.variable() : node.literal(element);
        }
        return node;
    }

    void putWhole(List<MatchEntry> entries) {
        whole = entries;
    }

    void putPrefix(List<MatchEntry> entries) {
        prefix = entries;
    }

    /** The best entry for {@code path}, of which the elements before {@code from} led here; null when none fits. */
    @Nullable
    MatchEntry find(String path, int from, RequestFacts facts) {
        if (from > path.length()) {
            MatchEntry found = first(whole, path, facts);
            return found != null ? found : first(prefix, path, facts);
        }
        int slash = path.indexOf('/', from);
        int to = slash < 0 ? path.length() : slash;
        PathNode literal = size == 0 ? null : literals[slot(path, from, to)];
        MatchEntry found = literal == null ? null : literal.find(path, to + 1, facts);
        if (found == null && variable != null && to > from) {
            found = variable.find(path, to + 1, facts);
        }
        return found != null ? found : first(prefix, path, facts);
    }

    /** At least as many nodes as a walk from here can visit, whatever the path: it may try both kinds of child. */
    int stepsMax() {
        long deepest = 0;
        for (PathNode literal : literals) {
            deepest = literal == null ? deepest : Math.max(deepest, literal.stepsMax());
        }
        long steps = 1 + deepest + (variable == null ? 0 : variable.stepsMax());
        return (int) Math.min(steps, Integer.MAX_VALUE);
    }

    static @Nullable MatchEntry first(List<MatchEntry> entries, String path, RequestFacts facts) {
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).fits(path, facts)) {
                return entries.get(i);
            }
        }
        return null;
    }

    private PathNode variable() {
        if (variable == null) {
            variable = new PathNode();
        }
        return variable;
    }

    private PathNode literal(String element) {
        int slot = slot(element, 0, element.length());
        if (literals[slot] == null) {
            if (2 * (size + 1) > keys.length) {
                grow();
                slot = slot(element, 0, element.length());
            }
            keys[slot] = element;
            literals[slot] = new PathNode();
            size++;
        }
        return literals[slot];
    }

    private void grow() {
        String[] oldKeys = keys;
        PathNode[] oldLiterals = literals;
        keys = new String[2 * oldKeys.length];
        literals = new PathNode[2 * oldKeys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != null) {
                int slot = slot(oldKeys[i], 0, oldKeys[i].length());
                keys[slot] = oldKeys[i];
                literals[slot] = oldLiterals[i];
            }
        }
    }

    /** The slot that holds this stretch of text, or the free one where it would go. */
    private int slot(String text, int from, int to) {
        int hash = 0;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + text.charAt(i);
        }
        int slot = (hash ^ (hash >>> 16)) & (keys.length - 1);
        while (keys[slot] != null && !(keys[slot].length() == to - from && text.startsWith(keys[slot], from))) {
            slot = (slot + 1) & (keys.length - 1);
        }
        return slot;
    }
}
