package dev.banyan.bridge.doctor;

import dev.banyan.bridge.source.Preflight;
import dev.banyan.bridge.source.PreparedXa;
import dev.banyan.bridge.source.Source;
import dev.banyan.bridge.source.SourcePlan;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Looks at a MariaDB server as the bridge will find it. */
final class MariaDbChecks {

    private static final long DAY_SECONDS = 24 * 60 * 60;
    private static final long KEPT_DAYS_ENOUGH = 3;
    private static final String XA_CURE = "let what writes to the mapped tables commit without XA";

    private final Source source;
    private final Connection connection;
    private final List<Finding> findings = new ArrayList<>();

    private MariaDbChecks(Source source, Connection connection) {
        this.source = source;
        this.connection = connection;
    }

    static List<Finding> of(Source source, Connection connection, SourceChecks.Stored stored) throws SQLException {
        var checks = new MariaDbChecks(source.unmanaged().withoutFits(), connection);
        var found = SourcePlan.of(checks.source, connection);
        var plan = stored.hasBegun() ? found.begun() : found;
        checks.version();
        checks.findings.addAll(
                SourceChecks.of(found, stored.hasBegun(), "log, rights and the bridge's own database are there"));
        checks.retention(plan.isEmpty() ? ", " + (checks.logBytes() >> 20) + " MB now" : "");
        checks.deletion();
        checks.metadata();
        checks.partitions();
        var prepared = PreparedXa.of(connection);
        checks.xa(prepared, stored.hasBegun());
        if (plan.isEmpty() && stored.isReadable() && (stored.hasBegun() || prepared.isEmpty())) {
            checks.findings.add(SourceChecks.position(
                    checks.source,
                    Preflight.check(
                            checks.source,
                            connection,
                            new Preflight.Stored(stored.position(), List.of(), Set.of(), stored.setBack()),
                            Preflight.Accepted.NONE)));
        }
        return checks.findings;
    }

    /** What a newer server writes into its log may be of a kind that Debezium passes over. */
    private void version() throws SQLException {
        var version = text("SELECT VERSION()");
        findings.add(
                SourcePlan.isUntested(version)
                        ? Finding.warn(
                                "MariaDB",
                                version + ": newer than 11.4, with which the bridge is tested",
                                "try the bridge with a copy, and compare with parity")
                        : Finding.ok("MariaDB", version));
    }

    /** What is older than this is gone, read or not, where the server deletes at all; {@code size} says how much there is. */
    private void retention(String size) throws SQLException {
        var seconds = number("binlog_expire_logs_seconds");
        if (seconds == 0) {
            findings.add(Finding.ok("log", "kept until somebody deletes it: watch the disk" + size));
        } else if (seconds < KEPT_DAYS_ENOUGH * DAY_SECONDS) {
            findings.add(Finding.warn(
                    "log",
                    "kept for " + seconds / 3600 + " hours: a bridge that is away for longer needs a resync" + size,
                    "SET GLOBAL binlog_expire_logs_seconds = " + 7 * DAY_SECONDS
                            + ";   -- and in the server's configuration"));
        } else {
            findings.add(Finding.ok("log", "kept for " + seconds / DAY_SECONDS + " days, read or not" + size));
        }
    }

    /** Newer servers wait with deleting until replicas are connected, the bridge among them; some delete by size, too. */
    private void deletion() throws SQLException {
        var bytes = number("max_binlog_total_size");
        var needed = number("slave_connections_needed_for_purge");
        if (needed > 0 && (bytes > 0 || number("binlog_expire_logs_seconds") > 0)) {
            findings.add(Finding.warn(
                    "slave_connections_needed_for_purge",
                    needed
                            + ": the log is kept for ever, until the disk is full, while fewer replicas are connected; a bridge that is stopped,"
                            + " or has been taken away, is not",
                    "SET GLOBAL slave_connections_needed_for_purge = 0;   -- and in the server's configuration"));
        }
        if (bytes > 0) {
            findings.add(Finding.warn(
                    "max_binlog_total_size",
                    (bytes >> 20)
                            + " MB: beyond it the log is deleted before its time; a bridge that is behind by more needs a resync",
                    ""));
        }
    }

    /** Without their names in the log, which columns the values of a row are of follows from the statements before it alone. */
    private void metadata() throws SQLException {
        var metadata = text("SELECT @@GLOBAL.binlog_row_metadata");
        if (!metadata.equals("FULL")) {
            findings.add(
                    Finding.warn(
                            "binlog_row_metadata",
                            metadata
                                    + ": rows have no names of columns in the log, so that a statement which Debezium takes for something else"
                                    + " than the server does is noticed late, or not at all",
                            "SET GLOBAL binlog_row_metadata = FULL;   -- and in the server's configuration; it holds from the next statement on"));
        }
    }

    private long logBytes() throws SQLException {
        try (var statement = connection.createStatement();
                var files = statement.executeQuery("SHOW BINARY LOGS")) {
            var bytes = 0L;
            while (files.next()) {
                bytes += files.getLong(2);
            }
            return bytes;
        }
    }

    /** A global variable; 0 when this server has none of this name. */
    private long number(String variable) throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("SHOW GLOBAL VARIABLES LIKE '" + variable + "'")) {
            return result.next() ? result.getLong(2) : 0;
        }
    }

    private void partitions() throws SQLException {
        for (var table : source.tableIds()) {
            try (var select =
                    connection.prepareStatement("SELECT COUNT(partition_name) FROM information_schema.partitions"
                            + " WHERE table_schema = ? AND table_name = ?")) {
                select.setString(1, table.schema());
                select.setString(2, table.name());
                try (var result = select.executeQuery()) {
                    if (result.next() && result.getLong(1) > 0) {
                        findings.add(Finding.warn(
                                "partitions of " + table,
                                result.getLong(1)
                                        + ": of rows that go or come with one (DROP, TRUNCATE, EXCHANGE) the log has the statement"
                                        + " alone; the bridge reads the table again then, and tells what is gone as removed",
                                ""));
                    }
                }
            }
        }
    }

    /** What XA prepares is in the log before it is known whether it will be committed, and its commit comes without rows. */
    private void xa(List<String> prepared, boolean hasBegun) throws SQLException {
        var count = Long.parseLong(text("SELECT variable_value FROM information_schema.global_status"
                + " WHERE variable_name = 'COM_XA_PREPARE'"));
        if (!prepared.isEmpty()) {
            var what = transactions(prepared.size()) + (prepared.size() == 1 ? " is" : " are") + " prepared: "
                    + String.join(", ", prepared) + "; ";
            findings.add(
                    hasBegun
                            ? Finding.warn("XA", what + "the bridge stops at those that change a mapped table", XA_CURE)
                            : Finding.fail(
                                    "XA",
                                    what
                                            + "their rows lie before the place where the bridge would begin, and would be lost",
                                    "XA COMMIT or XA ROLLBACK them; the first start waits for it; " + XA_CURE));
        } else if (count > 0) {
            findings.add(Finding.warn(
                    "XA",
                    transactions(count)
                            + " prepared since the server started; the bridge stops at one that changes a mapped table, for"
                            + " its rows are in the log before it is known whether it will be committed",
                    XA_CURE));
        } else {
            findings.add(Finding.ok("XA", "nothing prepared since the server started; the bridge would stop at it"));
        }
    }

    private static String transactions(long count) {
        return count + (count == 1 ? " transaction" : " transactions");
    }

    private String text(String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery(sql)) {
            return result.next() ? String.valueOf(result.getString(1)) : "";
        }
    }
}
