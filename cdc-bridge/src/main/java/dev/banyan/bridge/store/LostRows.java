package dev.banyan.bridge.store;

import dev.banyan.bridge.change.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Tables of which rows went or came with a partition, of which the log has no row, and the partitions that there were. Any thread. */
public final class LostRows {

    private final BridgeStore store;

    LostRows(BridgeStore store) {
        this.store = store;
    }

    /** Remembers that rows of {@code tables} may be gone, or there, unheard of, and that all changes of them lie before the position {@code since}, or at it; throws {@link Fenced} if the lease is lost. */
    public void note(Set<TableId> tables, long since) {
        store.runHeld("noting that rows went or came with a partition", connection -> {
            note(connection, tables, since);
            return null;
        });
        store.lostNoted.incrementAndGet();
    }

    /** The leaf partitions that there were when they were last looked at. */
    public Set<Leaf> leaves() {
        return store.run("reading the partitions", connection -> {
            var leaves = new HashSet<Leaf>();
            try (var select = connection.prepareStatement(
                            "SELECT table_name, leaf_oid, leaf_file, leaf_joined FROM bridge_partition");
                    var result = select.executeQuery()) {
                while (result.next()) {
                    leaves.add(new Leaf(
                            TableId.parse(result.getString(1)),
                            result.getLong(2),
                            result.getLong(3),
                            result.getLong(4)));
                }
            }
            return leaves;
        });
    }

    /** Remembers {@code leaves}, and of {@code tables} what {@link #note} does; throws {@link Fenced} if the lease is lost. */
    public void seen(Set<Leaf> leaves, Set<TableId> tables, long since) {
        store.runHeld("writing the partitions", connection -> {
            try (var delete = connection.prepareStatement("DELETE FROM bridge_partition");
                    var insert = connection.prepareStatement("INSERT INTO bridge_partition VALUES (?, ?, ?, ?)")) {
                delete.executeUpdate();
                for (var leaf : leaves) {
                    insert.setString(1, leaf.table().toString());
                    insert.setLong(2, leaf.relation());
                    insert.setLong(3, leaf.file());
                    insert.setLong(4, leaf.joined());
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            note(connection, tables, since);
            return null;
        });
        store.lostNoted.incrementAndGet();
    }

    private static void note(Connection connection, Set<TableId> tables, long since) throws SQLException {
        try (var delete = connection.prepareStatement("DELETE FROM bridge_lost WHERE table_name = ?");
                var insert = connection.prepareStatement("INSERT INTO bridge_lost VALUES (?, ?)")) {
            for (var table : tables) {
                delete.setString(1, table.toString());
                delete.executeUpdate();
                insert.setString(1, table.toString());
                insert.setLong(2, since);
                insert.executeUpdate();
            }
        }
    }

    /** The tables, with the position of {@link #note}. */
    static Map<TableId, Long> all(Connection connection) throws SQLException {
        var all = new HashMap<TableId, Long>();
        try (var select = connection.prepareStatement("SELECT table_name, since_lsn FROM bridge_lost");
                var result = select.executeQuery()) {
            while (result.next()) {
                all.put(TableId.parse(result.getString(1)), result.getLong(2));
            }
        }
        return all;
    }

    /** Forgets the noted tables that are not among {@code mapped}: nothing of them is read any more. Throws {@link Fenced} if the lease is lost. */
    public void forgetAllBut(Set<TableId> mapped) {
        store.runHeld("forgetting tables that are not mapped", connection -> {
            try (var delete = connection.prepareStatement("DELETE FROM bridge_lost WHERE table_name = ?")) {
                for (var table : all(connection).keySet()) {
                    if (!mapped.contains(table)) {
                        delete.setString(1, table.toString());
                        delete.executeUpdate();
                    }
                }
            }
            return null;
        });
        store.lostNoted.incrementAndGet();
    }

    /** Forgets what a resync, which reads all, makes up for. */
    static void forget(Connection connection) throws SQLException {
        for (var table : Set.of("bridge_lost", "bridge_partition")) {
            try (var delete = connection.prepareStatement("DELETE FROM " + table)) {
                delete.executeUpdate();
            }
        }
    }
}
