package dev.banyan.bridge.store;

import dev.banyan.bridge.change.KeyText;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Tokens;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.tx.TransactionMap;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.StringDataType;
import org.jspecify.annotations.Nullable;

/** Images in two ordered maps of H2's own storage, beside its tables: a row costs one entry there, and no SQL. */
final class H2Images implements SessionImages {

    /*
     * A table with a key of text is three such maps in H2, and each of a row's three entries is written twice in a transaction. The maps
     * here are changed under the very transaction that SQL on this connection has open, so that they commit, and are undone in a
     * crash, together with the position.
     *
     * `rows` has a row, with its parent's key and that one's length before it, under TABLE 0 KEY; a length with its highest bit says that the row is hidden, and its next 14 bits which parity run found the row last; `children` has nothing, under TABLE 0 PARENT 0 KEY. A parent's
     * key may itself hold the separator (MariaDB's text can), so what `children` names is asked for its parent once more.
     */
    private static final String ROWS = "banyan.rows";

    private static final String CHILDREN = "banyan.children";
    private static final char SEPARATOR = '\0';
    private static final char BEHIND = '\1';
    private static final byte[] NOTHING = {};
    private static final byte HIDDEN = (byte) 0x80;
    private static final int LENGTH_BITS = 17;
    private static final int LENGTH = (1 << LENGTH_BITS) - 1;
    private static final int RUNS = (1 << (31 - LENGTH_BITS)) - 1;

    private final SessionLocal session;
    private final Tokens tokens;
    private final Map<TableId, String> prefixes = new HashMap<>();
    private TransactionMap<String, byte[]> rows;
    private TransactionMap<String, byte[]> children;

    H2Images(Connection connection, Tokens tokens) throws SQLException {
        if (!(connection.unwrap(JdbcConnection.class).getSession() instanceof SessionLocal local)) {
            throw new StoreUnusable("store: H2 in another process (expected: jdbc:h2:file:...)");
        }
        this.session = local;
        this.tokens = tokens;
        var transaction = session.getTransaction();
        this.rows = transaction.openMap(ROWS, StringDataType.INSTANCE, ByteArrayDataType.INSTANCE);
        this.children = transaction.openMap(CHILDREN, StringDataType.INSTANCE, ByteArrayDataType.INSTANCE);
    }

    @Override
    public @Nullable Row get(TableId table, List<?> key) {
        var image = rows().get(prefix(table) + KeyText.of(key));
        return image == null ? null : row(image);
    }

    @Override
    public void put(TableId table, List<?> key, Row row, List<?> parentKey) {
        put(prefix(table), KeyText.of(key), KeyText.ofParent(parentKey), RowBytes.write(row));
    }

    private void put(String prefix, String key, String parent, byte[] row) {
        var old = rows().get(prefix + key);
        rows().put(prefix + key, image(parent, row, old == null ? 0 : run(old)));
        var oldParent = old == null ? KeyText.NONE : parent(old);
        if (!oldParent.equals(parent) || parent.isEmpty()) { // stores of before have no link to an empty one
            unlink(prefix, oldParent, key);
            if (!parent.equals(KeyText.NONE)) {
                children().put(prefix + parent + SEPARATOR + key, NOTHING);
            }
        }
    }

    @Override
    public void remove(TableId table, List<?> key) {
        remove(prefix(table), KeyText.of(key));
    }

    private void remove(String prefix, String key) {
        var old = rows().remove(prefix + key);
        if (old != null) {
            unlink(prefix, parent(old), key);
        }
    }

    private void unlink(String prefix, String parent, String key) {
        if (!parent.equals(KeyText.NONE)) {
            children().remove(prefix + parent + SEPARATOR + key);
        }
    }

    @Override
    public List<Row> children(TableId table, List<?> parentKey) {
        var prefix = prefix(table);
        var parent = KeyText.ofParent(parentKey);
        var from = prefix + parent + SEPARATOR;
        var found = new ArrayList<Row>();
        for (var links = children().keyIterator(from, prefix + parent + BEHIND); links.hasNext(); ) {
            var image = rows().get(prefix + links.next().substring(from.length()));
            if (image != null && parent(image).equals(parent)) {
                found.add(row(image));
            }
        }
        return found;
    }

    @Override
    public void hide(TableId table, Runnable goesOn) {
        var prefix = prefix(table);
        var count = 0;
        for (var images = rows().entryIterator(prefix, behind(prefix)); images.hasNext(); count++) {
            var image = images.next();
            rows().put(image.getKey(), marked(image.getValue(), true));
            if (count % KeyPages.ROWS == KeyPages.ROWS - 1) {
                goesOn.run();
            }
        }
    }

    @Override
    public void see(TableId table, String key) {
        var image = rows().get(prefix(table) + key);
        if (image != null && isHidden(image)) {
            rows().put(prefix(table) + key, marked(image, false));
        }
    }

    @Override
    public SequencedMap<String, Row> hidden(TableId table, String last, int most) {
        var prefix = prefix(table);
        var found = new LinkedHashMap<String, Row>();
        for (var images = rows().entryIterator(prefix + last, behind(prefix));
                images.hasNext() && found.size() < most; ) {
            var image = images.next();
            var key = image.getKey().substring(prefix.length());
            if (isHidden(image.getValue())) {
                found.put(key, row(image.getValue()));
            }
        }
        return found;
    }

    @Override
    public void found(TableId table, String key, int run) {
        var image = rows().get(prefix(table) + key);
        if (image != null && run(image) != mark(run)) {
            rows().put(prefix(table) + key, foundBy(image, mark(run)));
        }
    }

    @Override
    public Ledger.Unfound unfound(TableId table, @Nullable String after, int most, int run) {
        var prefix = prefix(table);
        var unfound = new LinkedHashMap<String, Row>();
        var last = after == null ? "" : after;
        var looked = 0;
        var images = rows().entryIterator(prefix + last, behind(prefix));
        for (; images.hasNext() && looked <= most && unfound.size() < UNFOUND_MAX; looked++) {
            var image = images.next();
            var key = image.getKey().substring(prefix.length());
            if (!key.equals(after) && run(image.getValue()) != mark(run)) {
                unfound.put(key, row(image.getValue()));
            }
            last = key;
        }
        return new Ledger.Unfound(unfound, last, looked, !images.hasNext());
    }

    /** {@code run} as it fits into a row: from 1 on, and over again after very many. */
    private static int mark(int run) {
        return 1 + (run - 1) % RUNS;
    }

    private static byte[] foundBy(byte[] image, int mark) {
        var marked = image.clone();
        var length = ByteBuffer.wrap(marked).getInt() & ~(RUNS << LENGTH_BITS);
        ByteBuffer.wrap(marked).putInt(length | mark << LENGTH_BITS);
        return marked;
    }

    private static int run(byte[] image) {
        return ByteBuffer.wrap(image).getInt() >>> LENGTH_BITS & RUNS;
    }

    @Override
    public void clear(TableId table) {
        var prefix = prefix(table);
        for (var keys = rows().keyIterator(prefix, behind(prefix)); keys.hasNext(); ) {
            remove(prefix, keys.next().substring(prefix.length()));
        }
    }

    @Override
    public List<Row> all(TableId table) {
        var prefix = prefix(table);
        var found = new ArrayList<Row>();
        for (var images = rows().entryIterator(prefix, behind(prefix)); images.hasNext(); ) {
            found.add(row(images.next().getValue()));
        }
        return found;
    }

    @Override
    public int count(TableId table, int most) {
        var prefix = prefix(table);
        var count = 0;
        for (var keys = rows().keyIterator(prefix, behind(prefix)); keys.hasNext() && count < most; keys.next()) {
            count++;
        }
        return count;
    }

    @Override
    public int rekey(TableId table, Rekeying keys) {
        var prefix = prefix(table);
        var moved = BEHIND + prefix; // a key may be what another row's key was: all leave first
        var count = 0;
        for (var images = rows().entryIterator(prefix, behind(prefix)); images.hasNext(); ) {
            var image = images.next();
            var key = image.getKey().substring(prefix.length());
            var parent = parent(image.getValue());
            var row = row(image.getValue());
            var place = keys.of(row);
            var above = place.above() == null ? parent : place.above();
            if (!place.key().equals(key)
                    || !above.equals(parent)
                    || !place.row().equals(row)) {
                remove(prefix, key);
                var put = image(above, RowBytes.write(place.row()), run(image.getValue()));
                rows().put(moved + place.key(), marked(put, isHidden(image.getValue())));
                count++;
            }
        }
        for (var images = rows().entryIterator(moved, behind(moved)); images.hasNext(); ) {
            var image = images.next();
            var key = image.getKey().substring(moved.length());
            if (rows().get(prefix + key) == null) {
                put(prefix, key, parent(image.getValue()), RowBytes.write(row(image.getValue())));
                rows().put(prefix + key, image.getValue());
            }
            rows().remove(image.getKey());
        }
        return count;
    }

    @Override
    public @Nullable Row any(TableId table) {
        var prefix = prefix(table);
        var images = rows().entryIterator(prefix, behind(prefix));
        return images.hasNext() ? row(images.next().getValue()) : null;
    }

    @Override
    public Tokens tokens() {
        return tokens;
    }

    private String prefix(TableId table) {
        return prefixes.computeIfAbsent(table, id -> id.toString() + SEPARATOR);
    }

    /** What comes after everything that begins with {@code prefix}. */
    private static String behind(String prefix) {
        return prefix.substring(0, prefix.length() - 1) + BEHIND;
    }

    private TransactionMap<String, byte[]> rows() {
        rows = current(rows);
        return rows;
    }

    private TransactionMap<String, byte[]> children() {
        children = current(children);
        return children;
    }

    /** {@code map} as the open transaction has it; a commit ends one, and what comes next begins another. */
    @SuppressWarnings("ReferenceEquality") // the very transaction
    private TransactionMap<String, byte[]> current(TransactionMap<String, byte[]> map) {
        var transaction = session.getTransaction();
        return map.getTransaction() == transaction ? map : map.getInstance(transaction);
    }

    private static byte[] image(String parent, byte[] row, int mark) {
        var text = parent.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Integer.BYTES + text.length + row.length)
                .putInt(text.length | mark << LENGTH_BITS)
                .put(text)
                .put(row)
                .array();
    }

    private static String parent(byte[] image) {
        return new String(image, Integer.BYTES, parentLength(image), StandardCharsets.UTF_8);
    }

    private static Row row(byte[] image) {
        return RowBytes.read(image, Integer.BYTES + parentLength(image));
    }

    private static int parentLength(byte[] image) {
        return ByteBuffer.wrap(image).getInt() & LENGTH;
    }

    private static boolean isHidden(byte[] image) {
        return (image[0] & HIDDEN) != 0;
    }

    private static byte[] marked(byte[] image, boolean isHidden) {
        var marked = image.clone();
        marked[0] = (byte) (isHidden ? image[0] | HIDDEN : image[0] & ~HIDDEN);
        return marked;
    }

    @Override
    public void flush() {}

    @Override
    public void committed() {}

    @Override
    public void close() {}
}
