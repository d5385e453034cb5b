package dev.banyan.bridge.source;

import dev.banyan.bridge.change.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds out what a PostgreSQL server still lacks for the bridge; {@link SourcePlan#of} asks it. */
final class PostgresPlan {

    /*
     * The order matters. PostgreSQL refuses legacy's own UPDATE and DELETE on a published table that has no replica identity, so
     * identities come before the publication. A slot decodes with the publication as it was at each moment of the log: up to PostgreSQL 17 a
     * slot older than its publication fails with "publication does not exist" and cannot be cured, and from 18 on it silently lacks what came
     * before; so the slot comes last.
     *
     * Tables are looked up in the catalogue: to_regclass refuses a role that has no right to use the schema, which is what the plan has to tell it.
     *
     * A table without a unique key is never published, although REPLICA IDENTITY FULL would let legacy write to it: two equal rows of
     * it cannot be told apart, and a backfill could not find its way through it.
     */

    private static final String TABLE =
            " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ? AND c.relname = ?";

    /** The words that are no names unless they are quoted: pg_get_keywords() of PostgreSQL 18 has them as R and T. */
    private static final Set<String> RESERVED = Set.of(
            ("all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate"
                            + " collation column concurrently constraint create cross current_catalog current_date current_role"
                            + " current_schema current_time current_timestamp current_user default deferrable desc distinct do"
                            + " else end except false fetch for foreign freeze from full grant group having ilike in initially"
                            + " inner intersect into is isnull join lateral leading left like limit localtime localtimestamp"
                            + " natural not notnull null offset on only or order outer overlaps placing primary references"
                            + " returning right select session_user similar some symmetric system_user table tablesample then to"
                            + " trailing true union unique user using variadic verbose when where window with")
                    .split(" ", -1));

    private final Source source;
    private final Connection connection;
    private final List<SourcePlan.Step> steps = new ArrayList<>();
    private final List<String> present = new ArrayList<>();
    private final List<Obstacle> obstacles = new ArrayList<>();
    private final Set<TableId> refused = new LinkedHashSet<>();

    PostgresPlan(Source source, Connection connection) {
        this.source = source;
        this.connection = connection;
    }

    SourcePlan plan() throws SQLException {
        version(text("SELECT current_setting('server_version_num')"), text("SELECT current_setting('server_version')"))
                .ifPresent(this::cannotGoOn);
        var walLevel = text("SELECT current_setting('wal_level')");
        if (!"logical".equals(walLevel)) {
            cannotGoOn("wal_level: " + walLevel
                    + " (expected: logical; ALTER SYSTEM SET wal_level = logical, then restart PostgreSQL)");
        }
        var found = FoundTable.of(
                connection, source.tables().stream().map(Source.Table::id).toList());
        for (var table : source.tables()) {
            identity(table, found.get(table.id()));
        }
        signalTable();
        var unpublished = publication(found);
        grants();
        slot();
        return new SourcePlan(steps, present, obstacles, unpublished);
    }

    /** What stands in the way of a server of version {@code number}, which calls it {@code name}: pgoutput before 14 does not have messages, which heartbeats are. */
    static Optional<String> version(@Nullable String number, @Nullable String name) {
        return number != null && Integer.parseInt(number) >= SourcePlan.POSTGRESQL_MIN
                ? Optional.empty()
                : Optional.of("version: " + name + " (expected: PostgreSQL 14 or newer)");
    }

    private void cannotGoOn(String what) {
        obstacles.add(new Obstacle(Obstacle.From.GOING_ON, what));
    }

    private void cannotBegin(String what) {
        obstacles.add(new Obstacle(Obstacle.From.BEGINNING, what));
    }

    private void identity(Source.Table table, @Nullable FoundTable found) {
        Unreadable.byName(table.id()).ifPresent(this::cannotBegin);
        if (found == null) {
            refused.add(table.id());
            cannotGoOn("table " + table.id() + ": not there (expected: a table the mapping can read)");
            return;
        }
        if (!found.isTable()) {
            refused.add(table.id());
            cannotGoOn("table " + table.id() + ": a view or foreign table (expected: a table)");
            return;
        }
        if (!found.hasKey()) {
            refused.add(table.id());
            cannotGoOn("table " + table.id()
                    + ": no primary key and no other unique key of NOT NULL columns (expected: one of the two; add one, or take"
                    + " the table out of the mapping)");
            return;
        }
        Unreadable.byHeirs(table.id(), found.heirs()).ifPresent(this::cannotBegin);
        parts(table.id(), found);
        if (found.columns().keySet().containsAll(table.key())) {
            SourcePlan.keyObstacles(table, found.isKey(table.key()), found.unique(), found.primary())
                    .forEach(this::cannotGoOn);
        }
        table.columns().forEach(column -> column(table, column, found.columns().get(column)));
        var identity = found.isPartitioned() ? Identity.KEYS : source.identity();
        var without = found.without(identity, table.key());
        without.forEach(part -> replicaIdentity(table, identity, part));
        if (without.isEmpty()) {
            present.add("replica identity of " + table.id() + ": "
                    + switch (identity) {
                        case FULL -> "FULL";
                        case KEYS -> "has the key";
                    });
        }
    }

    /** What is wrong with a table's partitions, or would be with later ones. */
    private void parts(TableId table, FoundTable found) {
        if (found.isPartitioned() && found.primary().isEmpty()) {
            cannotBegin("table " + table
                    + ": has partitions and no primary key: to each that is made once it is published PostgreSQL"
                    + " refuses legacy's UPDATE and DELETE (expected: a primary key, which they inherit)");
        }
        found.parts().stream()
                .filter(part -> !part.isLogged())
                .forEach(part -> cannotBegin("table " + table + ": " + part.id()
                        + " is UNLOGGED, so its changes are in no log (expected: ALTER TABLE " + quoted(part.id())
                        + " SET LOGGED)"));
    }

    private void replicaIdentity(Source.Table table, Identity identity, FoundTable.Part part) {
        var isWhole = identity == Identity.FULL || !part.primary().containsAll(table.key());
        steps.add(new SourcePlan.Step(
                SourcePlan.Kind.CHANGE,
                "replica identity of " + part.id(),
                "the log carries " + (isWhole ? "whole old rows" : "the keys of old rows") + " of " + part.id()
                        + "; waits for writers of the table, then is instant",
                "ALTER TABLE " + quoted(part.id()) + " REPLICA IDENTITY " + (isWhole ? "FULL" : "DEFAULT")));
    }

    private void column(Source.Table table, String column, @Nullable ColumnType type) {
        if (type == null) {
            cannotGoOn("table " + table.id() + ": no column " + column + " (expected: every column the mapping reads)");
            return;
        }
        var expected = table.fit().expected(column, type);
        if (!expected.isEmpty()) {
            cannotGoOn("table " + table.id() + ": column " + column + " is " + type.name() + " (expected: " + expected
                    + ")");
        }
        if (type.isGenerated()) {
            cannotGoOn("table " + table.id() + ": column " + column
                    + " is generated, and its values do not come through the log or a backfill (expected: a column that is written;"
                    + " or what it is made from)");
        }
    }

    private void signalTable() throws SQLException {
        if (text("SELECT 1" + TABLE, "banyan", "signal") != null) {
            present.add("table banyan.signal");
            return;
        }
        if (text("SELECT 1 FROM pg_namespace WHERE nspname = 'banyan'") == null) {
            steps.add(new SourcePlan.Step(
                    "schema banyan", "the one schema the bridge owns here", "CREATE SCHEMA banyan"));
        }
        steps.add(new SourcePlan.Step(
                "table banyan.signal",
                "the one table in it, where backfills mark their windows",
                "CREATE TABLE banyan.signal (id VARCHAR(64) PRIMARY KEY, type VARCHAR(32) NOT NULL, data TEXT)"));
    }

    private Set<String> publication(Map<TableId, FoundTable> found) throws SQLException {
        var wanted = new LinkedHashSet<TableId>();
        source.tables().forEach(table -> wanted.add(table.id()));
        wanted.removeAll(refused);
        wanted.add(source.signalTable());
        var partitioned = new LinkedHashSet<TableId>();
        found.forEach((id, table) -> {
            if (table.isPartitioned() && wanted.contains(id)) {
                partitioned.add(id);
            }
        });
        var publication = new PublicationPlan(source, connection);
        publication.look(wanted, partitioned);
        steps.addAll(publication.steps());
        publication.obstacles().forEach(this::cannotGoOn);
        if (publication.steps().isEmpty()) {
            present.add("publication " + source.publication() + ": " + wanted.size() + " tables");
        }
        return publication.lacking();
    }

    private void grants() throws SQLException {
        if (text("SELECT rolname FROM pg_roles WHERE rolname = ?", source.user()) == null) {
            cannotGoOn("role " + source.user() + ": not there (expected: a role with LOGIN and REPLICATION)");
            return;
        }
        if ("t".equals(text("SELECT left(rolsuper::text, 1) FROM pg_roles WHERE rolname = ?", source.user()))) {
            present.add("rights of " + source.user() + ": all, as a superuser");
            return;
        }
        var stepsBefore = steps.size();
        var role = quoted(source.user());
        for (var table : source.tables()) {
            cureOfFilter(table.id())
                    .ifPresent(cure -> cannotBegin("table " + table.id() + ": has row-level security, by which "
                            + source.user() + " may not see all rows: a backfill of it fails (expected: " + cure
                            + ")"));
        }
        if (!"t".equals(text("SELECT left(rolreplication::text, 1) FROM pg_roles WHERE rolname = ?", source.user()))) {
            steps.add(new SourcePlan.Step(
                    SourcePlan.Kind.CHANGE,
                    "role " + role,
                    "the bridge reads the log",
                    "ALTER ROLE " + role + " REPLICATION"));
        }
        for (var schema : source.tables().stream()
                .map(table -> table.id().schema())
                .distinct()
                .toList()) {
            if (text(
                            "SELECT 1 FROM pg_namespace WHERE nspname = ? AND NOT has_schema_privilege(?, oid, 'USAGE')",
                            schema,
                            source.user())
                    != null) {
                steps.add(new SourcePlan.Step(
                        "right to use schema " + schema,
                        "backfills read tables in it",
                        "GRANT USAGE ON SCHEMA " + quoted(schema) + " TO " + role));
            }
        }
        for (var table : source.tables()) {
            if (lacks("SELECT", table.id())) {
                steps.add(new SourcePlan.Step(
                        "right to read " + table.id(),
                        "backfills read the table",
                        "GRANT SELECT ON " + quoted(table.id()) + " TO " + role));
            }
        }
        if (!"t"
                .equals(text(
                        "SELECT left(has_schema_privilege(?, to_regnamespace('banyan'), 'USAGE')::text, 1)",
                        source.user()))) {
            steps.add(new SourcePlan.Step(
                    "right to use schema banyan",
                    "backfills mark their windows",
                    "GRANT USAGE ON SCHEMA banyan TO " + role));
        }
        if (lacks("INSERT", source.signalTable()) || lacks("DELETE", source.signalTable())) {
            steps.add(new SourcePlan.Step(
                    "right to write banyan.signal",
                    "backfills mark their windows, and the bridge clears them away",
                    "GRANT SELECT, INSERT, UPDATE, DELETE ON banyan.signal TO " + role));
        }
        if (steps.size() == stepsBefore) {
            present.add("rights of " + source.user() + ": reads the log and the tables, writes banyan.signal");
        }
    }

    /**
     * What lets the bridge's role see all rows of {@code table}, where policies say which it sees: of its own table they say so by FORCE alone. To be a member of the
     * owner gives all rights of that one, and nothing to who does not inherit them.
     */
    private Optional<String> cureOfFilter(TableId table) throws SQLException {
        try (var select = connection.prepareStatement("""
                SELECT pg_has_role(r.oid, c.relowner, 'USAGE'), c.relforcerowsecurity, r.rolinherit AND NOT o.rolsuper, o.rolname
                FROM pg_roles r, pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles o ON o.oid = c.relowner
                WHERE r.rolname = ? AND n.nspname = ? AND c.relname = ? AND c.relrowsecurity AND NOT r.rolbypassrls
                      AND (c.relforcerowsecurity OR NOT pg_has_role(r.oid, c.relowner, 'USAGE'))""")) {
            select.setString(1, source.user());
            select.setString(2, table.schema());
            select.setString(3, table.name());
            try (var result = select.executeQuery()) {
                if (!result.next()) {
                    return Optional.empty();
                }
                var role = quoted(source.user());
                var other = result.getBoolean(1)
                        ? " or ALTER TABLE " + quoted(table) + " NO FORCE ROW LEVEL SECURITY"
                        : !result.getBoolean(2) && result.getBoolean(3)
                                ? " or GRANT " + quoted(result.getString(4)) + " TO " + role
                                : "";
                return Optional.of("ALTER ROLE " + role + " BYPASSRLS" + other);
            }
        }
    }

    private boolean lacks(String privilege, TableId table) throws SQLException {
        return !"t"
                .equals(text(
                        "SELECT left(has_table_privilege(?, c.oid, ?)::text, 1)" + TABLE,
                        source.user(),
                        privilege,
                        table.schema(),
                        table.name()));
    }

    private void slot() throws SQLException {
        var found = text(
                "SELECT concat_ws(', ', plugin, database, 'log ' || wal_status) FROM pg_replication_slots WHERE slot_name = ?",
                source.slot());
        if (found != null) {
            present.add("slot " + source.slot() + ": " + found);
        } else {
            steps.add(new SourcePlan.Step(
                    SourcePlan.Kind.MAKE_SLOT,
                    "slot " + source.slot(),
                    "from here on PostgreSQL keeps the log until the bridge has read it; waits for open transactions",
                    "SELECT pg_create_logical_replication_slot(" + literal(source.slot()) + ", 'pgoutput')"));
        }
    }

    private @Nullable String text(String sql, String... parameters) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            for (var i = 0; i < parameters.length; i++) {
                select.setString(i + 1, parameters[i]);
            }
            try (var result = select.executeQuery()) {
                return result.next() ? result.getString(1) : null;
            }
        }
    }

    static String quoted(TableId table) {
        return quoted(table.schema()) + "." + quoted(table.name());
    }

    static String quoted(String name) {
        return name.matches("[a-z_][a-z0-9_]*") && !RESERVED.contains(name)
                ? name
                : "\"" + name.replace("\"", "\"\"") + "\"";
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
