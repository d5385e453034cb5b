package dev.banyan.bridge.doctor;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.source.ColumnType;
import dev.banyan.bridge.source.Leaves;
import dev.banyan.bridge.source.Obstacle;
import dev.banyan.bridge.source.Preflight;
import dev.banyan.bridge.source.Source;
import dev.banyan.bridge.source.SourcePlan;
import dev.banyan.bridge.store.Leaf;
import dev.banyan.bridge.store.Position;
import dev.banyan.bridge.store.PublishedTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Looks at the legacy database as the bridge will find it. */
public final class SourceChecks {

    private static final double RETAINED_SHARE_MAX = 0.5;

    private final Source source;
    private final Connection connection;
    private final List<Finding> findings = new ArrayList<>();

    private SourceChecks(Source source, Connection connection) {
        this.source = source;
        this.connection = connection;
    }

    /** What the store was found to hold: {@code position} is empty before the first start, {@code setBack} unless the log was refused for that. Not readable while a bridge has it open. */
    public record Stored(
            boolean isReadable, Optional<Position> position, Set<PublishedTable> published, String setBack) {
        public Stored {
            published = Set.copyOf(published);
        }

        /** A store that cannot be read now. */
        public static Stored unreadable() {
            return new Stored(false, Optional.empty(), Set.of(), "");
        }

        /** True when the bridge has begun: then a table that does not fit waits, where the mapping says so, and keeps it from nothing. */
        public boolean hasBegun() {
            return !isReadable || position.isPresent();
        }
    }

    /** What there is to say of {@code source} for a bridge whose store holds {@code stored}. */
    public static List<Finding> of(Source source, Connection connection, Stored stored) throws SQLException {
        if (!stored.hasBegun()) {
            return ofFitting(source, connection, stored);
        }
        var found = ColumnType.of(connection, source.tableIds());
        var findings = new ArrayList<>(ofFitting(source.withoutMisfits(found), connection, stored));
        source.misfits(found)
                .forEach((table, columns) -> findings.add(Finding.warn(
                        "table " + table,
                        "what the mapping reads as " + columns
                                + " is not there, or of another type: the table is paused, or will be, and what"
                                + " waits with it",
                        "mend the mapping, stop the bridge, events faults resubmit --all --send")));
        return findings;
    }

    private static List<Finding> ofFitting(Source source, Connection connection, Stored stored) throws SQLException {
        if (source.dbms() == Dbms.MARIADB) {
            return MariaDbChecks.of(source, connection, stored);
        }
        var checks = new SourceChecks(source.unmanaged().withoutFits(), connection);
        checks.version();
        var isSetUp = checks.plan(stored.hasBegun());
        checks.slot();
        checks.partitions();
        if (isSetUp && stored.isReadable) {
            checks.position(stored);
        }
        return checks.findings;
    }

    private void version() throws SQLException {
        var version = number("SELECT current_setting('server_version_num')::int");
        var name = text("SELECT current_setting('server_version')");
        findings.add(
                version >= SourcePlan.POSTGRESQL_MIN
                        ? Finding.ok("PostgreSQL", name)
                        : Finding.fail("PostgreSQL", name + " (expected: 14 or newer)", "upgrade the server"));
    }

    private boolean plan(boolean hasBegun) throws SQLException {
        var plan = SourcePlan.of(source, connection);
        findings.addAll(of(plan, hasBegun, "identities, publication, rights and slot are there"));
        return (hasBegun ? plan.begun() : plan).isEmpty();
    }

    /** What {@code plan} lacks; {@code done} when it lacks nothing that keeps a bridge from what it does next. */
    static List<Finding> of(SourcePlan plan, boolean hasBegun, String done) {
        var findings = new ArrayList<Finding>();
        for (var obstacle : plan.obstacles()) {
            var colon = obstacle.what().indexOf(": ");
            findings.add(new Finding(
                    hasBegun && obstacle.keepsFrom() == Obstacle.From.BEGINNING
                            ? Finding.Level.WARN
                            : Finding.Level.FAIL,
                    obstacle.what().substring(0, colon),
                    obstacle.what().substring(colon + 2),
                    ""));
        }
        for (var step : plan.steps()) {
            findings.add(Finding.fail("set-up", step.why(), step.sql() + ";"));
        }
        if ((hasBegun ? plan.begun() : plan).isEmpty()) {
            findings.add(Finding.ok("set-up", done));
        }
        return findings;
    }

    private void slot() throws SQLException {
        if (number("SELECT count(*) FROM pg_replication_slots WHERE slot_name = ?", source.slot()) == 0) {
            room("max_replication_slots", number("SELECT count(*) FROM pg_replication_slots"));
            room("max_wal_senders", number("SELECT count(*) FROM pg_stat_replication"));
            return;
        }
        var retained = number(
                "SELECT COALESCE(pg_current_wal_lsn() - restart_lsn, 0)::bigint FROM pg_replication_slots WHERE slot_name = ?",
                source.slot());
        var reader = text(
                "SELECT CASE WHEN active THEN 'read by process ' || active_pid ELSE 'nobody reads it' END"
                        + " FROM pg_replication_slots WHERE slot_name = ?",
                source.slot());
        var megabytes = number("SELECT setting::bigint FROM pg_settings WHERE name = 'max_slot_wal_keep_size'");
        var state = reader + ", keeps " + (retained >> 20) + " MB of log";
        if (megabytes < 0) {
            findings.add(
                    Finding.warn(
                            "slot " + source.slot(),
                            state + ", without limit: while the bridge is away the legacy database's disk fills",
                            "ALTER SYSTEM SET max_slot_wal_keep_size = '20GB'; SELECT pg_reload_conf();"
                                    + " -- beyond it the slot is lost and the bridge needs a resync: watch the lag either way"));
        } else if (retained > (megabytes << 20) * RETAINED_SHARE_MAX) {
            findings.add(Finding.warn(
                    "slot " + source.slot(),
                    state + " of " + megabytes + " MB that max_slot_wal_keep_size allows",
                    "start the bridge, or raise the limit: ALTER SYSTEM SET max_slot_wal_keep_size = '" + 2 * megabytes
                            + "MB'; SELECT pg_reload_conf();"));
        } else {
            findings.add(Finding.ok("slot " + source.slot(), state));
        }
    }

    private void partitions() throws SQLException {
        var leaves = Leaves.of(source, connection, Set.of());
        var countByTable = leaves.all().stream()
                .filter(leaf -> leaf.joined() != 0) // the table itself
                .collect(Collectors.groupingBy(Leaf::table, TreeMap::new, Collectors.counting()));
        countByTable.forEach((table, count) -> findings.add(Finding.warn(
                "partitions of " + table,
                count
                        + ": of rows that go or come with one (DROP, DETACH, TRUNCATE, ATTACH) the log has none; the bridge"
                        + " sees it within 5 s, reads the table again, and tells what is gone as removed",
                "")));
        leaves.leaving()
                .forEach(statement -> findings.add(Finding.warn(
                        "partitions",
                        "one is being detached, and no query finds its rows any more; they are told as removed when that has"
                                + " ended, which it does not by itself when the statement was interrupted",
                        statement + "; -- once no transaction writes to it")));
    }

    private void room(String setting, long used) throws SQLException {
        var most = number("SELECT setting::bigint FROM pg_settings WHERE name = ?", setting);
        if (used >= most) {
            findings.add(Finding.fail(
                    setting,
                    "all " + most + " are in use (expected: one for the bridge)",
                    "ALTER SYSTEM SET " + setting + " = " + (most + 5) + "; -- then restart PostgreSQL"));
        }
    }

    private void position(Stored stored) throws SQLException {
        var known = new Preflight.Stored(stored.position, List.of(), stored.published, stored.setBack);
        try {
            findings.add(position(source, Preflight.check(source, connection, known, Preflight.Accepted.NONE)));
        } catch (SQLTransientException e) {
            findings.add(Finding.warn("position", String.valueOf(e.getMessage()), ""));
        }
    }

    static Finding position(Source source, Preflight.Verdict verdict) {
        return switch (verdict) {
            case Preflight.Verdict.Go go ->
                Finding.ok(
                        "position",
                        source.dbms().place(go.position().commitLsn())
                                + (go.isFirstStart() ? ", where the first start begins" : ""));
            case Preflight.Verdict.Refuse(var what, var todo, var _) -> Finding.fail("position", what, todo);
        };
    }

    private String text(String sql, String... parameters) throws SQLException {
        try (var select = prepared(sql, parameters);
                var result = select.executeQuery()) {
            return result.next() ? String.valueOf(result.getString(1)) : "";
        }
    }

    private long number(String sql, String... parameters) throws SQLException {
        try (var select = prepared(sql, parameters);
                var result = select.executeQuery()) {
            return result.next() ? result.getLong(1) : 0;
        }
    }

    private PreparedStatement prepared(String sql, String... parameters) throws SQLException {
        var select = connection.prepareStatement(sql);
        for (int i = 0; i < parameters.length; i++) {
            select.setString(i + 1, parameters[i]);
        }
        return select;
    }
}
