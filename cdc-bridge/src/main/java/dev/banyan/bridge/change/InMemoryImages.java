package dev.banyan.bridge.change;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Images that live as long as the process: for trying a mapping, and for tests. Their tokens are {@code tok_1}, {@code tok_2} and so on, in the
 * order that values are first seen.
 */
public final class InMemoryImages implements AggregateImages {

    private record Image(Row row, String parent) {}

    private final Map<TableId, Map<String, Image>> imagesByTable = new HashMap<>();
    private final Map<List<String>, String> tokenOf = new HashMap<>();

    @Override
    public @Nullable Row get(TableId table, List<?> key) {
        var image = images(table).get(KeyText.of(key));
        return image == null ? null : image.row;
    }

    @Override
    public void put(TableId table, List<?> key, Row row, List<?> parentKey) {
        images(table).put(KeyText.of(key), new Image(row, KeyText.ofParent(parentKey)));
    }

    @Override
    public void remove(TableId table, List<?> key) {
        images(table).remove(KeyText.of(key));
    }

    @Override
    public List<Row> children(TableId table, List<?> parentKey) {
        var parent = KeyText.ofParent(parentKey);
        return images(table).values().stream()
                .filter(image -> image.parent.equals(parent))
                .map(Image::row)
                .toList();
    }

    @Override
    public void clear(TableId table) {
        imagesByTable.remove(table);
    }

    @Override
    public List<Row> all(TableId table) {
        return images(table).values().stream().map(Image::row).toList();
    }

    @Override
    public Tokens tokens() {
        return (vault, value) ->
                tokenOf.computeIfAbsent(List.of(vault, value), _ -> Tokens.PREFIX + (tokenOf.size() + 1));
    }

    private Map<String, Image> images(TableId table) {
        return imagesByTable.computeIfAbsent(table, _ -> new TreeMap<>());
    }
}
