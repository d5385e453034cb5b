package dev.banyan.gateway.shift;

import dev.banyan.rules.gate.Evidence;
import dev.banyan.rules.gate.Latencies;
import dev.banyan.rules.gate.Mismatches;
import dev.banyan.rules.gate.SideCounts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The rows in which gateways write down what they have seen in windows. */
final class CountRows {

    private static final String KEY = " WHERE route = ? AND generation = ? AND began = ?";

    private static final String NUMBERS = "baseline_requests, baseline_errors, baseline_latencies, candidate_requests,"
            + " candidate_errors, candidate_latencies, compared, breaking, behavioural, compatible, not_comparable";

    private static final int NUMBERS_COUNT = 11;

    private CountRows() {}

    /** Replaces what {@code gateway} has seen in a window. */
    static void write(Connection connection, WindowKey window, String gateway, Evidence seen) throws SQLException {
        String values = NUMBERS.replace(",", " = ?,") + " = ?";
        try (var update = connection.prepareStatement("UPDATE shift_counts SET " + values + KEY + " AND gateway = ?")) {
            bind(update, 1, seen);
            bind(update, NUMBERS_COUNT + 1, window, gateway);
            if (update.executeUpdate() == 1) {
                return;
            }
        }
        try (var insert = connection.prepareStatement("INSERT INTO shift_counts (" + NUMBERS
                + ", route, generation, began, gateway) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            bind(insert, 1, seen);
            bind(insert, NUMBERS_COUNT + 1, window, gateway);
            insert.executeUpdate();
        }
    }

    private static void bind(PreparedStatement statement, int from, Evidence seen) throws SQLException {
        bind(statement, from, seen.baseline());
        bind(statement, from + 3, seen.candidate());
        statement.setLong(from + 6, seen.mismatches().compared());
        statement.setLong(from + 7, seen.mismatches().breaking());
        statement.setLong(from + 8, seen.mismatches().behavioural());
        statement.setLong(from + 9, seen.mismatches().compatible());
        statement.setLong(from + 10, seen.mismatches().notComparable());
    }

    private static void bind(PreparedStatement statement, int from, SideCounts side) throws SQLException {
        statement.setLong(from, side.requests());
        statement.setLong(from + 1, side.errors());
        statement.setBytes(from + 2, side.latencies().toBytes());
    }

    private static void bind(PreparedStatement statement, int from, WindowKey window, String gateway)
            throws SQLException {
        statement.setString(from, window.route());
        statement.setLong(from + 1, window.generation());
        statement.setLong(from + 2, window.began());
        statement.setString(from + 3, gateway);
    }

    /** What all gateways together have seen in windows. */
    static Map<WindowKey, Evidence> sums(Connection connection, Collection<WindowKey> windows) throws SQLException {
        var sums = new HashMap<WindowKey, Evidence>();
        try (var select = connection.prepareStatement("SELECT " + NUMBERS + " FROM shift_counts" + KEY)) {
            for (WindowKey window : windows) {
                select.setString(1, window.route());
                select.setLong(2, window.generation());
                select.setLong(3, window.began());
                try (var rows = select.executeQuery()) {
                    while (rows.next()) {
                        sums.merge(window, read(rows), Evidence::plus);
                    }
                }
            }
        }
        return sums;
    }

    private static Evidence read(ResultSet row) throws SQLException {
        return new Evidence(
                side(row, 1),
                side(row, 4),
                new Mismatches(row.getLong(7), row.getLong(8), row.getLong(9), row.getLong(10), row.getLong(11)));
    }

    private static SideCounts side(ResultSet row, int from) throws SQLException {
        return new SideCounts(row.getLong(from), row.getLong(from + 1), Latencies.fromBytes(row.getBytes(from + 2)));
    }

    /** Deletes what was seen in any other window. */
    static void deleteAllBut(Connection connection, Collection<WindowKey> windows) throws SQLException {
        Set<WindowKey> kept = new HashSet<>(windows);
        List<WindowKey> old = new ArrayList<>();
        try (var select = connection.prepareStatement("SELECT DISTINCT route, generation, began FROM shift_counts");
                var rows = select.executeQuery()) {
            while (rows.next()) {
                var window = new WindowKey(rows.getString(1), rows.getLong(2), rows.getLong(3));
                if (!kept.contains(window)) {
                    old.add(window);
                }
            }
        }
        try (var delete = connection.prepareStatement("DELETE FROM shift_counts" + KEY)) {
            for (WindowKey window : old) {
                delete.setString(1, window.route());
                delete.setLong(2, window.generation());
                delete.setLong(3, window.began());
                delete.executeUpdate();
            }
        }
    }
}
