package dev.banyan.rules;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The matches of one host: exact paths, then the trie of templates and prefixes, then expressions. */
final class PathIndex {

    private final Map<String, MatchEntry> exact = new HashMap<>();
    private final PathNode root = new PathNode("");
    private @Nullable MatchEntry expressions;

    /** Puts what of one group is tried first, and knows the others. */
    void put(MatchGroups.Key key, MatchEntry best) {
        switch (key.kind()) {
            case EXACT -> exact.put(key.path(), best);
            case PATH_TEMPLATE -> root.reach(PathPattern.elements(key.path())).putWhole(best);
            case PATH_PREFIX ->
                root.reach(PathPattern.prefixElements(key.path())).putPrefix(best);
            case REGULAR_EXPRESSION -> expressions = best;
        }
    }

    @Nullable
    MatchEntry find(String path, RequestFacts facts) {
        MatchEntry found = MatchEntry.first(exact.get(path), path, facts);
        if (found == null) {
            found = root.find(path, 1, facts);
        }
        return found != null ? found : MatchEntry.first(expressions, path, facts);
    }
}
