package dev.banyan.bridge.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The token vault's table: tokens by vault and by a keyed hash of the value, with the value encrypted. */
public final class TokenRows {

    /** The vault of the one row that says which hash key the table belongs to; no vault of a mapping has an empty name. */
    private static final String KEY_CHECK = "";

    private TokenRows() {}

    /** A token as it is to be written. */
    record New(String vault, String fingerprint, String token, String sealed) {}

    /** The value that {@code vault} has for a token, encrypted. */
    public record Sealed(String vault, String text) {}

    static @Nullable New find(Connection connection, String vault, String fingerprint) throws SQLException {
        try (var select = connection.prepareStatement(
                "SELECT token, sealed FROM bridge_token WHERE vault = ? AND fingerprint = ?")) {
            select.setString(1, vault);
            select.setString(2, fingerprint);
            try (var result = select.executeQuery()) {
                return result.next() ? new New(vault, fingerprint, result.getString(1), result.getString(2)) : null;
            }
        }
    }

    static Optional<Sealed> sealed(Connection connection, String token) throws SQLException {
        try (var select = connection.prepareStatement("SELECT vault, sealed FROM bridge_token WHERE token = ?")) {
            select.setString(1, token);
            try (var result = select.executeQuery()) {
                return result.next()
                        ? Optional.of(new Sealed(result.getString(1), result.getString(2)))
                        : Optional.empty();
            }
        }
    }

    static void insert(Connection connection, List<New> tokens, long nowMs) throws SQLException {
        if (tokens.isEmpty()) {
            return;
        }
        try (var insert = connection.prepareStatement(
                "INSERT INTO bridge_token (vault, fingerprint, token, sealed, made_ms) VALUES (?, ?, ?, ?, ?)")) {
            for (var each : tokens) {
                insert.setString(1, each.vault);
                insert.setString(2, each.fingerprint);
                insert.setString(3, each.token);
                insert.setString(4, each.sealed);
                insert.setLong(5, nowMs);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** Writes the encrypted values of {@code tokens}, which are there already. */
    static void sealAnew(Connection connection, List<New> tokens) throws SQLException {
        if (tokens.isEmpty()) {
            return;
        }
        try (var update =
                connection.prepareStatement("UPDATE bridge_token SET sealed = ? WHERE vault = ? AND fingerprint = ?")) {
            for (var each : tokens) {
                update.setString(1, each.sealed);
                update.setString(2, each.vault);
                update.setString(3, each.fingerprint);
                update.addBatch();
            }
            update.executeBatch();
        }
    }

    /** Notes which hash key the vault has; with another one every value would get a second token, which is refused. */
    static void checkKey(Connection connection, String check, long nowMs) throws SQLException {
        try (var select = connection.prepareStatement("SELECT fingerprint FROM bridge_token WHERE vault = ?")) {
            select.setString(1, KEY_CHECK);
            try (var result = select.executeQuery()) {
                if (!result.next()) {
                    insert(connection, List.of(new New(KEY_CHECK, check, KEY_CHECK, "")), nowMs);
                } else if (!result.getString(1).equals(check)) {
                    throw new StoreUnusable("token vault: its tokens were made with another hashKeyFile (expected: that"
                            + " one, or values get a second token)");
                }
            }
        }
    }
}
