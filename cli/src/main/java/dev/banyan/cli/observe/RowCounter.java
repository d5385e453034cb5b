package dev.banyan.cli.observe;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** How many rows were written in legacy's tables that become events, as PostgreSQL itself counts them. */
public final class RowCounter {

    private static final List<String> TABLES =
            List.of("cat_grp", "prd_mst", "prd_prc", "stk_lvl", "cust", "ord_hdr", "ord_pos");

    private RowCounter() {}

    /** Returns the inserts, updates and deletes since the database was made; lags the truth by about a second. */
    public static long rowsWritten(Connection legacy) throws SQLException {
        try (var statement =
                legacy.prepareStatement("select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_user_tables"
                        + " where schemaname = 'public' and relname = any (?)")) {
            statement.setArray(1, legacy.createArrayOf("text", TABLES.toArray()));
            try (var rows = statement.executeQuery()) {
                return rows.next() ? rows.getLong(1) : 0;
            }
        }
    }
}
