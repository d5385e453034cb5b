package dev.banyan.gateway.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.banyan.gateway.store.ControlStore;
import dev.banyan.gateway.store.StoreUnavailable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The versions of the rules in the control store: numbered from 1, never changed, never deleted; the last one is in force. */
public final class RuleVersions {

    /*
     * One row has the number of the last version. A push raises it from the version it was made of, in the transaction that writes the
     * files: of two pushes on the same base one is refused, and no reader sees a number before its files.
     */
    private final ControlStore store;

    /** One version: which, of what rules, and when, by whom and why it was put there. */
    public record Version(long number, String hash, Instant pushed, String by, String why) {}

    /** The last version: its number, and the hash of its rules, which tells it from one of that number before the store was restored. */
    public record Newest(long number, String hash) {}

    /** How a push came out. */
    public sealed interface Outcome {
        /** It is in the store, and in force. */
        record Pushed(long number) implements Outcome {}

        /** Nothing was done: the last version is another one than the base. */
        record Conflict(long newest) implements Outcome {}
    }

    public RuleVersions(ControlStore store) {
        this.store = store;
    }

    /** The last version; number 0 when there is none. */
    public Newest newest() throws StoreUnavailable {
        return store.<Newest>transaction("asking for the version of the rules", connection -> {
            try (var select = connection.prepareStatement("""
                            SELECT newest.version, pushed.hash FROM control_rules newest
                            LEFT JOIN control_rules_version pushed ON pushed.version = newest.version WHERE newest.id = 1""");
                    var row = select.executeQuery()) {
                row.next();
                String hash = row.getString(2);
                return new Newest(row.getLong(1), hash == null ? "" : hash);
            }
        });
    }

    /**
     * Puts files there as the version after {@code base}, if that is the last one.
     *
     * @param files by name; UTF-8
     * @param hash of the rules they make
     */
    public Outcome push(long base, Map<String, byte[]> files, String hash, String by, String why)
            throws StoreUnavailable {
        return store.<Outcome>transaction("pushing rules", connection -> {
            try (var raise = connection.prepareStatement(
                    "UPDATE control_rules SET version = version + 1 WHERE id = 1 AND version = ?")) {
                raise.setLong(1, base);
                if (raise.executeUpdate() == 0) {
                    return new Outcome.Conflict(newest(connection));
                }
            }
            insert(connection, base + 1, hash, by, why);
            insert(connection, base + 1, files);
            return new Outcome.Pushed(base + 1);
        });
    }

    /** The files of a version by name; empty for a number that was never given. */
    public Optional<Map<String, byte[]>> files(long number) throws StoreUnavailable {
        return store.<Optional<Map<String, byte[]>>>transaction("reading rules", connection -> {
            Map<String, byte[]> files = new LinkedHashMap<>();
            try (var select = connection.prepareStatement(
                    "SELECT name, content FROM control_rules_file WHERE version = ? ORDER BY name")) {
                select.setLong(1, number);
                try (var rows = select.executeQuery()) {
                    while (rows.next()) {
                        files.put(rows.getString(1), rows.getString(2).getBytes(UTF_8));
                    }
                }
            }
            return files.isEmpty() ? Optional.empty() : Optional.of(files);
        });
    }

    /** The last versions, newest first. */
    public List<Version> list(int atMost) throws StoreUnavailable {
        return store.<List<Version>>transaction("listing versions of the rules", connection -> {
            List<Version> versions = new ArrayList<>();
            try (var select = connection.prepareStatement("""
                    SELECT version, hash, pushed, pusher, reason FROM control_rules_version
                    ORDER BY version DESC FETCH FIRST ? ROWS ONLY""")) {
                select.setInt(1, atMost);
                try (var rows = select.executeQuery()) {
                    while (rows.next()) {
                        versions.add(version(rows));
                    }
                }
            }
            return versions;
        });
    }

    private static Version version(ResultSet row) throws SQLException {
        return new Version(
                row.getLong(1),
                row.getString(2),
                row.getObject(3, OffsetDateTime.class).toInstant(),
                row.getString(4),
                row.getString(5));
    }

    private static long newest(Connection connection) throws SQLException {
        try (var select = connection.prepareStatement("SELECT version FROM control_rules WHERE id = 1");
                var row = select.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    private static void insert(Connection connection, long number, String hash, String by, String why)
            throws SQLException {
        try (var insert = connection.prepareStatement("""
                INSERT INTO control_rules_version (version, hash, pushed, pusher, reason)
                VALUES (?, ?, CURRENT_TIMESTAMP, ?, ?)""")) {
            insert.setLong(1, number);
            insert.setString(2, hash);
            insert.setString(3, by);
            insert.setString(4, why);
            insert.executeUpdate();
        }
    }

    private static void insert(Connection connection, long number, Map<String, byte[]> files) throws SQLException {
        try (var insert = connection.prepareStatement(
                "INSERT INTO control_rules_file (version, name, content) VALUES (?, ?, ?)")) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                insert.setLong(1, number);
                insert.setString(2, file.getKey());
                insert.setString(3, new String(file.getValue(), UTF_8));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }
}
