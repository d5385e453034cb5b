package dev.banyan.bridge.store;

import java.util.Map;

/** Where the two databases a store may live in differ. */
enum Dialect {
    H2(
            "MERGE INTO bridge_backfill_touched (table_name, row_key) KEY (table_name, row_key) VALUES (?, ?)",
            Map.of(
                    "text",
                    "CHARACTER VARYING(1000000)",
                    "bytes",
                    "BINARY VARYING(10000000)",
                    "largeBytes",
                    "BINARY VARYING(1000000000)")),
    POSTGRESQL(
            "INSERT INTO bridge_backfill_touched (table_name, row_key) VALUES (?, ?) ON CONFLICT DO NOTHING",
            Map.of("text", "TEXT", "bytes", "BYTEA", "largeBytes", "BYTEA"));

    final String putTouched;

    @SuppressWarnings("ImmutableEnumChecker") // Map.of
    final Map<String, String> placeholders;

    Dialect(String putTouched, Map<String, String> placeholders) {
        this.putTouched = putTouched;
        this.placeholders = placeholders;
    }

    static Dialect of(String jdbcUrl) {
        if (jdbcUrl.startsWith("jdbc:h2:")) {
            return H2;
        }
        if (jdbcUrl.startsWith("jdbc:postgresql:")) {
            return POSTGRESQL;
        }
        throw new StoreUnusable("store: " + jdbcUrl + " (expected: jdbc:h2:... or jdbc:postgresql:...)");
    }
}
