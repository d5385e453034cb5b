package dev.banyan.bridge.store;

import dev.banyan.bridge.change.TableId;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is in a store that nobody has opened: its position, the spool that is not empty, and the tables that are paused, published and asked for, and why the log was refused as set back. */
public record PeekedStore(
        Position position,
        Optional<SpoolClaim> spool,
        List<Pause> pauses,
        Set<PublishedTable> published,
        Map<TableId, RememberedColumns.Known> remembered,
        List<Backfill> backfills,
        String setBack) {

    public PeekedStore {
        backfills = List.copyOf(backfills);
        remembered = Map.copyOf(remembered);
        pauses = List.copyOf(pauses);
        published = Set.copyOf(published);
    }

    /** What is in the store at {@code settings}; empty when there is no position yet, or no store. Changes nothing. */
    public static Optional<PeekedStore> at(BridgeStore.Settings settings) {
        var isH2 = Dialect.of(settings.jdbcUrl()) == Dialect.H2;
        var url = isH2 ? settings.jdbcUrl() + ";IFEXISTS=TRUE;ACCESS_MODE_DATA=r" : settings.jdbcUrl();
        try (var connection = DriverManager.getConnection(url, settings.user(), settings.password())) {
            return in(connection, isH2);
        } catch (SQLException e) {
            if (isH2 && e.getErrorCode() == org.h2.api.ErrorCode.DATABASE_NOT_FOUND_WITH_IF_EXISTS_1) {
                return Optional.empty();
            }
            throw BridgeStore.unusable(settings, e);
        }
    }

    /** A store of an older version lacks what came later. */
    private static Optional<PeekedStore> in(Connection connection, boolean isH2) throws SQLException {
        if (!has(connection, isH2, "bridge_state", null)) {
            return Optional.empty();
        }
        var position = StateRow.position(connection);
        if (position.isEmpty()) {
            return Optional.empty();
        }
        var isRemembering = has(connection, isH2, "bridge_remembered", null);
        return Optional.of(new PeekedStore(
                position.get(),
                has(connection, isH2, "bridge_state", "spool_id") ? StateRow.spool(connection) : Optional.empty(),
                has(connection, isH2, "bridge_pause", null) ? Pauses.all(connection) : List.of(),
                has(connection, isH2, "bridge_published", null) ? PublishedTables.all(connection) : Set.of(),
                isRemembering ? RememberedColumns.all(connection) : Map.of(),
                isRemembering
                        ? BackfillRows.backfills(connection, has(connection, isH2, "bridge_backfill_table", "parity"))
                        : List.of(),
                has(connection, isH2, "bridge_state", "set_back") ? StateRow.setBack(connection) : ""));
    }

    private static boolean has(Connection connection, boolean isH2, String table, @Nullable String column)
            throws SQLException {
        try (var columns = connection
                .getMetaData()
                .getColumns(null, null, named(table, isH2), column == null ? null : named(column, isH2))) {
            return columns.next();
        }
    }

    private static String named(String name, boolean isH2) {
        return isH2 ? name.toUpperCase(Locale.ROOT) : name;
    }
}
