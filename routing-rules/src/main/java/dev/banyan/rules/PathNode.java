package dev.banyan.rules;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node of the path trie: what is reached by the elements so far. Filled once, then only read. */
final class PathNode {

    /*
     * Children are kept in an open hash table whose keys are compared with a stretch of the path in place, so that a
     * walk allocates nothing. A literal child is tried before the variable one and the deeper before the shallower, which
     * is the order of DESIGN's precedence; a match whose conditions fail gives way to the next.
     *
     * With many routes no cache holds any of this, and what a walk costs is how often it waits for memory: so a node leads to its best
     * entry directly, and most nodes, which have no children, have no table either.
     */

    private static final int INITIAL_SLOTS = 4;
    private static final int[] NO_HASHES = {};
    private static final PathNode[] NO_LITERALS = {};

    /** What leads here from the node above; empty at the root and below a variable. */
    private final String element;

    /** Of what leads to {@link #literals}, 0 where there is none. A walk looks at a text only where its hash is the same. */
    private int[] hashes = NO_HASHES;

    private PathNode[] literals = NO_LITERALS;
    private int size;
    private @Nullable PathNode variable;
    private @Nullable MatchEntry whole;
    private @Nullable MatchEntry prefix;

    PathNode(String element) {
        this.element = element;
    }

    /** The node of these elements, made if need be. */
    PathNode reach(List<String> elements) {
        PathNode node = this;
        for (String element : elements) {
            node = PathPattern.isVariable(element) ? node.variable() : node.literal(element);
        }
        return node;
    }

    void putWhole(MatchEntry best) {
        whole = best;
    }

    void putPrefix(MatchEntry best) {
        prefix = best;
    }

    /** The best entry for {@code path}, of which the elements before {@code from} led here; null when none fits. */
    @Nullable
    MatchEntry find(String path, int from, RequestFacts facts) {
        if (from > path.length()) {
            MatchEntry found = MatchEntry.first(whole, path, facts);
            return found != null ? found : MatchEntry.first(prefix, path, facts);
        }
        int slash = path.indexOf('/', from);
        int to = slash < 0 ? path.length() : slash;
        PathNode literal = size == 0 ? null : literals[slot(path, from, to)];
        MatchEntry found = literal == null ? null : literal.find(path, to + 1, facts);
        if (found == null && variable != null && to > from) {
            found = variable.find(path, to + 1, facts);
        }
        return found != null ? found : MatchEntry.first(prefix, path, facts);
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

    private PathNode variable() {
        if (variable == null) {
            variable = new PathNode("");
        }
        return variable;
    }

    private PathNode literal(String text) {
        PathNode known = size == 0 ? null : literals[slot(text, 0, text.length())];
        if (known != null) {
            return known;
        }
        if (2 * (size + 1) > hashes.length) {
            grow();
        }
        var made = new PathNode(text);
        put(made);
        size++;
        return made;
    }

    private void grow() {
        PathNode[] old = literals;
        int slots = Math.max(INITIAL_SLOTS, 2 * old.length);
        hashes = new int[slots];
        literals = new PathNode[slots];
        for (PathNode each : old) {
            if (each != null) {
                put(each);
            }
        }
    }

    private void put(PathNode child) {
        int slot = slot(child.element, 0, child.element.length());
        hashes[slot] = hash(child.element, 0, child.element.length());
        literals[slot] = child;
    }

    /** The slot of the child that this stretch of text leads to, or the free one where it would go. */
    private int slot(String text, int from, int to) {
        int hash = hash(text, from, to);
        int slot = (hash ^ (hash >>> 16)) & (hashes.length - 1);
        while (hashes[slot] != 0 && !(hashes[slot] == hash && literals[slot].isAt(text, from, to))) {
            slot = (slot + 1) & (hashes.length - 1);
        }
        return slot;
    }

    private boolean isAt(String text, int from, int to) {
        return element.length() == to - from && text.startsWith(element, from);
    }

    /** Never 0. */
    private static int hash(String text, int from, int to) {
        int hash = 1;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + text.charAt(i);
        }
        return hash == 0 ? 1 : hash;
    }
}
