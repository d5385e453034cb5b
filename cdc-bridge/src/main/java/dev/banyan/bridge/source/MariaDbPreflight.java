package dev.banyan.bridge.source;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.engine.GtidRule;
import dev.banyan.bridge.engine.StoredSchemaHistory;
import dev.banyan.bridge.store.Position;
import dev.banyan.bridge.store.TableDefinition;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TimeZone;
import java.util.stream.Collectors;

/** {@link Preflight} for MariaDB. */
final class MariaDbPreflight {

    /*
     * MariaDB keeps its log for a time, whoever has read it: a bridge that was away for longer has missed what was deleted. It also does not
     * say whether a GTID of ours is one of this log's; so the log's first file must begin at or before our position, and the file that we
     * were in must be there, or lie before the first.
     *
     * At a first start the tables' definitions and the position have to belong together. A consistent snapshot tells the place in the log
     * up to which it sees everything; reading a table in it fails if the table was changed since, and keeps it from being changed after.
     */

    static final String RESYNC = """
            Changes may be missing. The bridge does not jump over a gap. To start over without one:
              1. run the plan again: cdc-bridge plan --config FILE
              2. cdc-bridge resync --config FILE          -- takes the log's end as position and asks for a full backfill
            When the backfill is done, rows that were deleted during the gap are told as removed.
            Then cdc-bridge parity start --config FILE says whether anything differs still.
            See docs/how-to/bridge-mariadb.md.""";

    private static final int ALTERED_SINCE = 1412;

    /** No right to the database or to the table, or there is none. */
    private static final Set<Integer> UNREADABLE = Set.of(1044, 1049, 1142, 1143, 1146);

    private static final int TRIES_MAX = 5;

    private final Source source;
    private final Connection connection;

    MariaDbPreflight(Source source, Connection connection) {
        this.source = source;
        this.connection = connection;
    }

    Preflight.Verdict check(Preflight.Stored stored) throws SQLException {
        if (stored.position().isPresent()) {
            var setBack = setBackOfOurs(stored.position().get());
            if (setBack.isPresent()) {
                return setBack.get(); // first: it may have passed our position when the rest is mended
            }
            failWhileReadOnly();
        }
        var planning = new MariaDbPlan(source, connection);
        var found = planning.plan();
        var plan = stored.position().isPresent() ? found.begun() : found;
        if (!plan.isEmpty()) {
            if (planning.isOfTheMappingOnly()) {
                return new Preflight.Verdict.Refuse("the mapping does not fit its columns", plan.script());
            }
            if (stored.position().isPresent() && planning.mayLackChanges()) {
                return lacking(stored.position().get(), plan.script(), planning.leavesOut());
            }
            if (stored.position().isPresent()
                    || !source.manage()
                    || !plan.obstacles().isEmpty()) {
                return new Preflight.Verdict.Refuse("the legacy database is not set up", plan.script());
            }
            plan.run(source, connection);
        }
        var server = MariaDbServer.of(connection);
        var domains = server.variable("gtid_binlog_pos");
        if (domains.contains(",")) {
            return new Preflight.Verdict.Refuse(
                    "the log has several GTID domains: " + domains + " (expected: one)",
                    "The bridge cannot put the transactions of two domains in order. Let one server write, with one gtid_domain_id;"
                            + " FLUSH BINARY LOGS DELETE_DOMAIN_ID=(...) forgets a domain whose transactions are all deleted.");
        }
        if (stored.position().isEmpty()) {
            var beginning = atSnapshot(server);
            return new Preflight.Verdict.Go(beginning.position(), beginning.definitions(), Set.of(), true);
        }
        return Preflight.warned(goOn(server, stored.position().get(), stored.definitions()), found);
    }

    /** A backup, an upgrade or a planned switch makes a server read only for a while, and it loses nothing by it. */
    private void failWhileReadOnly() throws SQLException {
        var found = MariaDbServer.of(connection).variable("read_only");
        if (!found.equals("OFF")) {
            throw new SQLException("read_only: " + found
                    + " (expected: OFF; the server that legacy writes to, or this one when it is written to again)");
        }
    }

    /** Why the server is not the one any more that was found good to go on at {@code checked}; empty when it is. */
    Optional<String> changed(Position checked) throws SQLException {
        var server = MariaDbServer.of(connection);
        var end = server.variable("gtid_binlog_pos");
        if (!isOurs(server, checked)) {
            return Optional.of("this is another database server: " + identity(server) + ", server_id "
                    + server.number("server_id") + " (expected: " + checked.systemIdentifier() + ", server_id "
                    + checked.timeline() + ")");
        }
        var isSetBack = !end.contains(",") && GtidRule.sequence(end) < checked.place();
        return isSetBack
                ? Optional.of(
                        "the server's log ends at " + end + ", before our position " + GtidRule.gtid(checked.offset()))
                : Optional.empty(); // a second domain is refused where the log has it
    }

    /** Why the log is not to be read as the server is set now: sessions that are open take some of it over at once. */
    Optional<Preflight.Verdict.Refuse> unlogged(Position checked) throws SQLException {
        var server = MariaDbServer.of(connection);
        var settings =
                MariaDbSettings.of(server.variables(), 0, source.replica().serverId(), TimeZone.getDefault());
        if (!settings.leavingOut().isEmpty()) {
            return Optional.of(lacking(checked, String.join("\n", settings.leavingOut()), true));
        }
        return settings.ofTheLog().isEmpty()
                ? Optional.empty()
                : Optional.of(new Preflight.Verdict.Refuse(String.join("\n", settings.ofTheLog()), ""));
    }

    /** That the log may lack something since {@code position}, for the {@code obstacles}; for good, too, only if it is the log that this is in. */
    private Preflight.Verdict.Refuse lacking(Position position, String obstacles, boolean isForGood)
            throws SQLException {
        return new Preflight.Verdict.Refuse(
                Preflight.lacking(source.dbms().place(position.commitLsn()), obstacles),
                RESYNC,
                isForGood && isOurs(MariaDbServer.of(connection), position));
    }

    /** True when {@code server} is the one that {@code position} is of; a replica has another {@code server_id}. */
    private boolean isOurs(MariaDbServer server, Position position) throws SQLException {
        try {
            return server.number("server_id") == position.timeline()
                    && identity(server).equals(position.systemIdentifier());
        } catch (SQLException e) {
            if (UNREADABLE.contains(e.getErrorCode())) {
                return false; // the plan says what is missing
            }
            throw e;
        }
    }

    Optional<Preflight.Beginning> beginning() throws SQLException {
        return SourcePlan.of(source, connection).isEmpty()
                ? Optional.of(atSnapshot(MariaDbServer.of(connection)))
                : Optional.empty();
    }

    private Preflight.Verdict goOn(MariaDbServer server, Position position, List<TableDefinition> definitions)
            throws SQLException {
        var gtid = GtidRule.gtid(position.offset());
        var end = server.variable("gtid_binlog_pos");
        if (isSetBack(end, position) && identity(server).equals(position.systemIdentifier())) {
            return setBack(end, position);
        }
        var undefined = undefined(definitions);
        if (!undefined.isEmpty()) {
            return gap("the mapping reads " + undefined
                    + ", which it did not when the bridge began: how they were made then is not"
                    + " known, and the log does not say");
        }
        if (!identity(server).equals(position.systemIdentifier())
                || !domain(end).equals(domain(gtid))) {
            return gap("this is another database server: " + identity(server) + ", GTIDs " + end + " (expected: "
                    + position.systemIdentifier() + ", after " + gtid + ")");
        }
        var serverId = (int) server.number("server_id");
        if (serverId != position.timeline()) {
            return gap("the server has been failed over: server_id " + serverId + " (expected: " + position.timeline()
                    + "; Debezium cannot go on behind a GTID that another server wrote)");
        }
        return deleted(server, position).orElse(go(position));
    }

    private static boolean isSetBack(String end, Position position) {
        var isOfOurs = domain(end).equals(domain(GtidRule.gtid(position.offset())));
        return end.isEmpty() || (isOfOurs && GtidRule.sequence(end) < position.place());
    }

    private static Preflight.Verdict.Refuse setBack(String end, Position position) {
        return new Preflight.Verdict.Refuse(
                "the server's log ends at " + end + ", before our position " + GtidRule.gtid(position.offset())
                        + ": it was restored or failed over to a copy that lagged",
                RESYNC,
                true);
    }

    /** The log of the server that {@code position} is of, when it was set back, whatever is missing there. */
    private Optional<Preflight.Verdict> setBackOfOurs(Position position) throws SQLException {
        var server = MariaDbServer.of(connection);
        var end = server.variable("gtid_binlog_pos");
        return server.variable("log_bin").equals("ON")
                        && !end.contains(",")
                        && isSetBack(end, position)
                        && isOurs(server, position)
                ? Optional.of(setBack(end, position))
                : Optional.empty();
    }

    private static Preflight.Verdict go(Position position) {
        return new Preflight.Verdict.Go(position, List.of(), Set.of(), false);
    }

    private List<TableId> undefined(List<TableDefinition> definitions) {
        var defined = definitions.stream()
                .map(TableDefinition::table)
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
        return defined.isEmpty()
                ? List.of() // the doctor does not know them
                : source.tables().stream()
                        .map(Source.Table::id)
                        .filter(table -> !defined.contains(table))
                        .toList();
    }

    /** Says so if the log does not reach back to {@code position}, or is not the one that {@code position} is in. */
    private Optional<Preflight.Verdict> deleted(MariaDbServer server, Position position) throws SQLException {
        var files = server.logFiles();
        var first = files.getFirst().name();
        var before = server.gtidBefore(first, 4).orElse("");
        if (!before.isEmpty() && (before.contains(",") || GtidRule.sequence(before) > position.place())) {
            return Optional.of(gap("the log begins after " + before + " in " + first + ", later than our position "
                    + GtidRule.gtid(position.offset()) + ": what lies between has been deleted"));
        }
        var ours = GtidRule.file(position.offset());
        var isThere = files.stream().anyMatch(file -> file.name().equals(ours));
        return !isThere && ours.compareTo(first) > 0
                ? Optional.of(gap("the log's files begin with " + first + " and " + ours
                        + ", in which our position is, is not among them: the log was begun anew"))
                : Optional.empty();
    }

    private Preflight.Beginning atSnapshot(MariaDbServer server) throws SQLException {
        for (var tries = 1; ; tries++) {
            connection.setAutoCommit(false);
            try (var statement = connection.createStatement()) {
                statement.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT");
                return atSnapshot(server, statement);
            } catch (SQLException e) {
                if (e.getErrorCode() != ALTERED_SINCE || tries == TRIES_MAX) {
                    throw e;
                }
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    private Preflight.Beginning atSnapshot(MariaDbServer server, Statement statement) throws SQLException {
        var file = status(statement, "binlog_snapshot_file");
        var place = Long.parseLong(status(statement, "binlog_snapshot_position"));
        var gtid = server.gtidBefore(file, place)
                .orElseThrow(() -> new SQLException("the log has no place " + place + " in " + file));
        var offset = GtidRule.startingAt(file, place, gtid);
        var definitions = new ArrayList<TableDefinition>();
        definitions.add(definition(statement, offset, source.signalTable()));
        for (var table : source.tables()) {
            definitions.add(definition(statement, offset, table.id()));
        }
        PreparedXa.refuse(connection); // last: one that is committed by now, a backfill finds
        return new Preflight.Beginning(
                new Position(identity(server), (int) server.number("server_id"), GtidRule.sequence(gtid), offset),
                definitions,
                Set.of());
    }

    private static TableDefinition definition(Statement statement, Map<String, Object> offset, TableId table)
            throws SQLException {
        statement.execute("SELECT 1 FROM " + MariaDbPlan.quoted(table) + " LIMIT 1");
        try (var result = statement.executeQuery("SHOW CREATE TABLE " + MariaDbPlan.quoted(table))) {
            result.next();
            return new TableDefinition(
                    table, StoredSchemaHistory.definition(offset, table.schema(), result.getString(2)));
        }
    }

    private static String status(Statement statement, String name) throws SQLException {
        try (var result = statement.executeQuery("SHOW STATUS LIKE '" + name + "'")) {
            if (!result.next()) {
                throw new SQLException("no status " + name + " (expected: a server with log_bin)");
            }
            return result.getString(2);
        }
    }

    /** What the set-up called this server's data. */
    private String identity(MariaDbServer server) throws SQLException {
        return String.valueOf(
                server.text("SELECT server FROM " + MariaDbPlan.quoted(source.heartbeatTable()) + " WHERE id = 1"));
    }

    private static String domain(String gtid) {
        return gtid.substring(0, Math.max(0, gtid.indexOf('-')));
    }

    private static Preflight.Verdict.Refuse gap(String what) {
        return new Preflight.Verdict.Refuse(what, RESYNC);
    }
}
