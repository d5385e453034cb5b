package dev.banyan.bridge.store;

import dev.banyan.bridge.change.KeyText;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Tokens;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Images in a table of PostgreSQL, behind a cache; writes are gathered and go out together with the position. */
final class PostgresImages implements SessionImages {

    /*
     * Two caches, both exact while they hold something: single rows, and the whole set of children of a parent. A set is only ever
     * cached complete, and kept so by every put and remove. What is not yet written is in `unwritten` and lies over what the tables
     * say, so a cache entry may be dropped at any time.
     */
    private static final int ROWS_CACHED_MAX = 100_000;

    private static final int PARENTS_CACHED_MAX = 50_000;
    private static final int BATCH = 1_000;

    private record Key(TableId table, String key) {
        Key {
            key = KeyText.withoutNul(key);
        }
    }

    /** A remembered row; without one when the row is known not to exist. */
    private record Image(@Nullable Row row, String parent) {
        Image {
            parent = KeyText.withoutNul(parent);
        }
    }

    private static final Image ABSENT = new Image(null, KeyText.NONE);

    private final Map<TableId, String> names = new HashMap<>();
    private final Map<Key, Image> unwritten = new LinkedHashMap<>();
    private final Map<Key, Image> rows = new Recent<>(ROWS_CACHED_MAX);
    private final Map<Key, Map<String, Row>> children = new Recent<>(PARENTS_CACHED_MAX);
    private final Tokens tokens;
    private final ImageBatches batches;
    private final PreparedStatement selectOne;
    private final PreparedStatement selectChildren;
    private final PreparedStatement selectAll;
    private final PreparedStatement selectAny;
    private final PreparedStatement hidePage;
    private final PreparedStatement selectHidden;
    private final PreparedStatement selectFound;
    private final Set<Key> seen = new LinkedHashSet<>();
    private final Map<Key, Integer> found = new LinkedHashMap<>();

    PostgresImages(Connection connection, Tokens tokens) throws SQLException {
        this.tokens = tokens;
        batches = new ImageBatches(connection);
        selectOne = connection.prepareStatement(
                "SELECT parent_key, row_bytes FROM bridge_image WHERE table_name = ? AND row_key = ?");
        selectChildren = connection.prepareStatement(
                "SELECT row_key, row_bytes FROM bridge_image WHERE table_name = ? AND parent_key = ?");
        selectAll = connection.prepareStatement("SELECT row_key, row_bytes FROM bridge_image WHERE table_name = ?");
        selectAny = connection.prepareStatement("SELECT row_bytes FROM bridge_image WHERE table_name = ? LIMIT 1");
        hidePage = connection.prepareStatement("""
                UPDATE bridge_image SET hidden = TRUE
                WHERE table_name = ? AND row_key >= ? AND row_key <= ? AND NOT hidden""");
        selectHidden = connection.prepareStatement("""
                SELECT row_key, row_bytes FROM bridge_image WHERE table_name = ? AND row_key >= ? AND hidden
                ORDER BY row_key LIMIT ?""");
        selectFound = connection.prepareStatement("""
                SELECT row_key, CASE WHEN found_by <> ? THEN row_bytes END FROM bridge_image WHERE table_name = ? AND row_key >= ?
                ORDER BY row_key LIMIT ?""");
        selectFound.setFetchSize(BATCH); // rows may be large
    }

    @Override
    public @Nullable Row get(TableId table, List<?> key) {
        return image(new Key(table, KeyText.of(key))).row;
    }

    @Override
    public void put(TableId table, List<?> key, Row row, List<?> parentKey) {
        set(new Key(table, KeyText.of(key)), new Image(row, KeyText.ofParent(parentKey)));
    }

    @Override
    public void remove(TableId table, List<?> key) {
        set(new Key(table, KeyText.of(key)), ABSENT);
    }

    private void set(Key key, Image image) {
        var old = image(key);
        if (old.row != null && !(image.row != null && old.parent.equals(image.parent))) {
            var siblings = children.get(new Key(key.table, old.parent));
            if (siblings != null) {
                siblings.remove(key.key);
            }
        }
        if (image.row != null) {
            var siblings = children.get(new Key(key.table, image.parent));
            if (siblings != null) {
                siblings.put(key.key, image.row);
            }
        }
        rows.put(key, image);
        unwritten.put(key, image);
    }

    @Override
    public List<Row> children(TableId table, List<?> parentKey) {
        var parent = new Key(table, KeyText.ofParent(parentKey));
        var known = children.get(parent);
        if (known == null) {
            known = select(selectChildren, table, parent.key);
            for (var entry : unwritten.entrySet()) {
                if (entry.getKey().table.equals(table)) {
                    overlay(known, entry.getKey().key, entry.getValue(), parent.key);
                }
            }
            children.put(parent, known);
        }
        return List.copyOf(known.values());
    }

    private static void overlay(Map<String, Row> siblings, String key, Image image, String parent) {
        if (image.row != null && image.parent.equals(parent)) {
            siblings.put(key, image.row);
        } else {
            siblings.remove(key);
        }
    }

    @Override
    public void hide(TableId table, Runnable goesOn) throws SQLException {
        flush();
        KeyPages.each(
                hidePage.getConnection(),
                "bridge_image",
                name(table),
                (from, to) -> {
                    hidePage.setString(1, name(table));
                    hidePage.setString(2, from);
                    hidePage.setString(3, to);
                    hidePage.executeUpdate();
                },
                goesOn);
    }

    @Override
    public void see(TableId table, String key) {
        seen.add(new Key(table, key));
    }

    @Override
    public SequencedMap<String, Row> hidden(TableId table, String last, int most) throws SQLException {
        flush();
        selectHidden.setString(1, name(table));
        selectHidden.setString(2, last);
        selectHidden.setInt(3, most);
        var found = new LinkedHashMap<String, Row>();
        try (var result = selectHidden.executeQuery()) {
            while (result.next()) {
                found.put(result.getString(1), RowBytes.read(result.getBytes(2)));
            }
        }
        return found;
    }

    @Override
    public void found(TableId table, String key, int run) {
        found.put(new Key(table, key), run);
    }

    @Override
    public Ledger.Unfound unfound(TableId table, @Nullable String after, int most, int run) throws SQLException {
        flush();
        selectFound.setInt(1, run);
        selectFound.setString(2, name(table));
        var last = after == null ? "" : after;
        selectFound.setString(3, last);
        selectFound.setInt(4, most + 1);
        var unfound = new LinkedHashMap<String, Row>();
        var looked = 0;
        try (var result = selectFound.executeQuery()) {
            while (unfound.size() < UNFOUND_MAX && result.next()) {
                last = result.getString(1);
                looked++;
                var row = result.getBytes(2);
                if (row != null && !last.equals(after)) {
                    unfound.put(last, RowBytes.read(row));
                }
            }
        }
        return new Ledger.Unfound(unfound, last, looked, looked <= most && unfound.size() < UNFOUND_MAX);
    }

    @Override
    public void clear(TableId table) {
        try {
            flush();
            KeyPages.delete(selectAny.getConnection(), "bridge_image", name(table));
            unwritten.clear();
            rows.keySet().removeIf(key -> key.table.equals(table));
            children.keySet().removeIf(key -> key.table.equals(table));
        } catch (SQLException e) {
            throw new StoreFailed("forgetting the rows of " + table, e);
        }
    }

    @Override
    public List<Row> all(TableId table) {
        var found = select(selectAll, table, null);
        for (var entry : unwritten.entrySet()) {
            if (entry.getKey().table.equals(table)) {
                var row = entry.getValue().row;
                if (row == null) {
                    found.remove(entry.getKey().key);
                } else {
                    found.put(entry.getKey().key, row);
                }
            }
        }
        return List.copyOf(found.values());
    }

    @Override
    public int count(TableId table, int most) {
        try {
            flush();
            try (var select = selectAny
                    .getConnection()
                    .prepareStatement(
                            "SELECT count(*) FROM (SELECT 1 FROM bridge_image WHERE table_name = ? LIMIT ?) AS counted")) {
                select.setString(1, name(table));
                select.setInt(2, most);
                try (var result = select.executeQuery()) {
                    result.next();
                    return result.getInt(1);
                }
            }
        } catch (SQLException e) {
            throw new StoreFailed("counting the rows of " + table, e);
        }
    }

    @Override
    public int rekey(TableId table, Rekeying keys) throws SQLException {
        flush();
        unwritten.clear();
        rows.keySet().removeIf(key -> key.table.equals(table));
        children.keySet().removeIf(key -> key.table.equals(table));
        return ImageMoves.move(selectAny.getConnection(), name(table), keys);
    }

    @Override
    public @Nullable Row any(TableId table) {
        try {
            flush();
            selectAny.setString(1, name(table));
            try (var result = selectAny.executeQuery()) {
                return result.next() ? RowBytes.read(result.getBytes(1)) : null;
            }
        } catch (SQLException e) {
            throw new StoreFailed("reading a row of " + table, e);
        }
    }

    @Override
    public Tokens tokens() {
        return tokens;
    }

    private Image image(Key key) {
        var known = rows.get(key);
        if (known != null) {
            return known;
        }
        var pending = unwritten.get(key);
        if (pending != null) {
            return pending;
        }
        try {
            selectOne.setString(1, name(key.table));
            selectOne.setString(2, key.key);
            try (var result = selectOne.executeQuery()) {
                var image = result.next() ? new Image(RowBytes.read(result.getBytes(2)), result.getString(1)) : ABSENT;
                rows.put(key, image);
                return image;
            }
        } catch (SQLException e) {
            throw new StoreFailed("reading a row of " + key.table, e);
        }
    }

    private Map<String, Row> select(PreparedStatement select, TableId table, @Nullable String parent) {
        try {
            select.setString(1, name(table));
            if (parent != null) {
                select.setString(2, parent);
            }
            var found = new TreeMap<String, Row>();
            try (var result = select.executeQuery()) {
                while (result.next()) {
                    found.put(result.getString(1), RowBytes.read(result.getBytes(2)));
                }
            }
            return found;
        } catch (SQLException e) {
            throw new StoreFailed("reading rows of " + table, e);
        }
    }

    /** Reads together what is not known yet: a statement a row is a round trip a row. */
    @Override
    public void expect(Supplier<Map<TableId, Keys>> keysByTable) {
        for (var entry : keysByTable.get().entrySet()) {
            try {
                readRows(batches, entry.getKey(), entry.getValue().rows());
                readChildren(batches, entry.getKey(), entry.getValue().parents());
            } catch (SQLException e) {
                throw new StoreFailed("reading rows of " + entry.getKey(), e);
            }
        }
    }

    private void readRows(ImageBatches from, TableId table, Set<List<?>> keys) throws SQLException {
        var missing = new ArrayList<String>();
        for (var each : keys) {
            var key = new Key(table, KeyText.of(each));
            if (!rows.containsKey(key) && !unwritten.containsKey(key)) {
                missing.add(key.key);
                rows.put(key, ABSENT);
            }
        }
        from.rows(name(table), missing, (key, parent, row) -> rows.put(new Key(table, key), new Image(row, parent)));
    }

    private void readChildren(ImageBatches from, TableId table, Set<List<?>> parents) throws SQLException {
        var missing = new LinkedHashMap<String, Map<String, Row>>();
        for (var each : parents) {
            var parent = new Key(table, KeyText.ofParent(each));
            if (!children.containsKey(parent)) {
                missing.put(parent.key, new TreeMap<>());
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        from.children(name(table), List.copyOf(missing.keySet()), (key, parent, row) -> {
            var siblings = missing.get(parent);
            if (siblings != null && !unwritten.containsKey(new Key(table, key))) {
                siblings.put(key, row);
            }
        });
        for (var entry : unwritten.entrySet()) {
            var siblings = entry.getKey().table.equals(table) ? missing.get(entry.getValue().parent) : null;
            if (siblings != null && entry.getValue().row != null) {
                siblings.put(entry.getKey().key, entry.getValue().row);
            }
        }
        missing.forEach((parent, siblings) -> children.put(new Key(table, parent), siblings));
    }

    @Override
    public void flush() throws SQLException {
        var stored = new ArrayList<ImageBatches.Stored>(Math.min(unwritten.size(), BATCH));
        for (var entry : unwritten.entrySet()) {
            var key = entry.getKey();
            stored.add(
                    new ImageBatches.Stored(name(key.table), key.key, entry.getValue().parent, entry.getValue().row));
            if (stored.size() == BATCH) {
                batches.write(stored);
                stored.clear();
            }
        }
        batches.write(stored);
        batches.see(seen.stream()
                .map(key -> new ImageBatches.Seen(name(key.table), key.key))
                .toList());
        seen.clear();
        batches.found(found.entrySet().stream()
                .map(entry ->
                        new ImageBatches.FoundBy(name(entry.getKey().table), entry.getKey().key, entry.getValue()))
                .toList());
        found.clear();
    }

    @Override
    public void committed() {
        unwritten.clear();
    }

    private String name(TableId table) {
        return names.computeIfAbsent(table, TableId::toString);
    }

    @Override
    public void close() throws SQLException {
        for (var statement : new ArrayList<>(
                List.of(selectOne, selectChildren, selectAll, selectAny, hidePage, selectHidden, selectFound))) {
            statement.close();
        }
        batches.close();
    }

    /** A map that forgets what was used longest ago. */
    private static final class Recent<K, V> extends LinkedHashMap<K, V> {

        private static final long serialVersionUID = 1L;

        private final int sizeMax;

        Recent(int sizeMax) {
            super(16, 0.75f, true);
            this.sizeMax = sizeMax;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > sizeMax;
        }
    }
}
