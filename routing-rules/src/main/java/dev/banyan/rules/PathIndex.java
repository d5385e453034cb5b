package dev.banyan.rules;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The matches of one host: exact paths, then the trie of templates and prefixes, then expressions. */
final class PathIndex {

    private final Map<String, List<MatchEntry>> exact = new HashMap<>();
    private final PathNode root = new PathNode("");
    private List<MatchEntry> expressions = List.of();

    void put(MatchGroups.Key key, List<MatchEntry> entries) {
        switch (key.kind()) {
            case EXACT -> exact.put(key.path(), entries);
            case PATH_TEMPLATE -> root.reach(PathPattern.elements(key.path())).putWhole(entries);
            case PATH_PREFIX ->
                root.reach(PathPattern.prefixElements(key.path())).putPrefix(entries);
            case REGULAR_EXPRESSION -> expressions = entries;
        }
    }

    @Nullable
    MatchEntry find(String path, RequestFacts facts) {
        List<MatchEntry> entries = exact.get(path);
        MatchEntry found = entries == null ? null : PathNode.first(entries, path, facts);
        if (found == null) {
            found = root.find(path, 1, facts);
        }
        return found != null ? found : PathNode.first(expressions, path, facts);
    }
}
