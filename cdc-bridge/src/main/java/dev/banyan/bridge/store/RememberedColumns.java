package dev.banyan.bridge.store;

import dev.banyan.bridge.change.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Which columns the remembered rows of a store's tables have: rows keep those of the mapping that they were written by. */
public final class RememberedColumns {

    private final BridgeStore store;

    RememberedColumns(BridgeStore store) {
        this.store = store;
    }

    /**
     * Every remembered row of a table has {@code columns}, and {@code awaited}, too, once a backfill of it is done that was requested at {@code
     * askedAtMs} or later.
     */
    public record Known(Set<String> columns, Set<String> awaited, long askedAtMs) {
        public Known {
            columns = Set.copyOf(columns);
            awaited = Set.copyOf(awaited);
        }

        /** The same with {@code column}. */
        public Known with(String column) {
            var all = new HashSet<>(columns);
            all.add(column);
            return new Known(all, awaited, askedAtMs);
        }
    }

    /** What is known, by table. */
    public Map<TableId, Known> all() {
        return store.run("reading which columns are remembered", RememberedColumns::all);
    }

    static Map<TableId, Known> all(Connection connection) throws SQLException {
        var known = new HashMap<TableId, Known>();
        try (var select = connection.prepareStatement(
                        "SELECT table_name, columns, awaited, asked_ms FROM bridge_remembered");
                var result = select.executeQuery()) {
            while (result.next()) {
                known.put(
                        TableId.parse(result.getString(1)),
                        new Known(names(result.getString(2)), names(result.getString(3)), result.getLong(4)));
            }
        }
        return known;
    }

    /** Writes {@code known} in place of what was known of these tables, on the disk when this returns. Throws {@link Fenced} if the lease is lost. */
    public void put(Map<TableId, Known> known) {
        if (known.isEmpty()) {
            return;
        }
        store.runHeld("writing which columns are remembered", connection -> {
            try (var delete = connection.prepareStatement("DELETE FROM bridge_remembered WHERE table_name = ?");
                    var insert = connection.prepareStatement("INSERT INTO bridge_remembered VALUES (?, ?, ?, ?)")) {
                for (var entry : known.entrySet()) {
                    delete.setString(1, entry.getKey().toString());
                    delete.executeUpdate();
                    insert.setString(1, entry.getKey().toString());
                    insert.setString(2, text(entry.getValue().columns));
                    insert.setString(3, text(entry.getValue().awaited));
                    insert.setLong(4, entry.getValue().askedAtMs);
                    insert.executeUpdate();
                }
            }
            return (Object) known.size();
        });
    }

    /** The numbers of the columns that each table had when it was last {@link #putNumbers put}, by name. */
    public Map<TableId, Map<String, Integer>> numbers() {
        return store.run("reading which columns there were", connection -> {
            var numbers = new HashMap<TableId, Map<String, Integer>>();
            try (var select = connection.prepareStatement("SELECT table_name, columns FROM bridge_table_columns");
                    var result = select.executeQuery()) {
                while (result.next()) {
                    numbers.put(
                            TableId.parse(result.getString(1)),
                            result.getString(2)
                                    .lines()
                                    .map(line -> line.split(" ", 2))
                                    .collect(Collectors.toMap(part -> part[1], part -> Integer.valueOf(part[0]))));
                }
            }
            return numbers;
        });
    }

    /** Writes {@code numbers} in place of what is known of the columns of these tables. Throws {@link Fenced} if the lease is lost. */
    public void putNumbers(Map<TableId, Map<String, Integer>> numbers) {
        if (numbers.isEmpty()) {
            return;
        }
        store.runHeld("writing which columns there are", connection -> {
            try (var delete = connection.prepareStatement("DELETE FROM bridge_table_columns WHERE table_name = ?");
                    var insert = connection.prepareStatement("INSERT INTO bridge_table_columns VALUES (?, ?)")) {
                for (var entry : numbers.entrySet()) {
                    delete.setString(1, entry.getKey().toString());
                    delete.executeUpdate();
                    insert.setString(1, entry.getKey().toString());
                    insert.setString(
                            2,
                            entry.getValue().entrySet().stream()
                                    .map(column -> column.getValue() + " " + column.getKey())
                                    .collect(Collectors.joining("\n")));
                    insert.executeUpdate();
                }
            }
            return (Object) numbers.size();
        });
    }

    /** Knows nothing any more of the tables but {@code mapped}. Throws {@link Fenced} if the lease is lost. */
    public void forgetAllBut(Set<TableId> mapped) {
        var gone = new HashSet<>(all().keySet());
        gone.removeAll(mapped);
        if (gone.isEmpty()) {
            return;
        }
        store.runHeld("forgetting which columns are remembered", connection -> {
            for (var from : List.of("bridge_remembered", "bridge_table_columns")) {
                try (var delete = connection.prepareStatement("DELETE FROM " + from + " WHERE table_name = ?")) {
                    for (var table : gone) {
                        delete.setString(1, table.toString());
                        delete.executeUpdate();
                    }
                }
            }
            return (Object) gone.size();
        });
    }

    private static Set<String> names(String text) {
        return text.lines().collect(Collectors.toSet());
    }

    private static String text(Set<String> names) {
        return String.join("\n", new TreeSet<>(names));
    }
}
