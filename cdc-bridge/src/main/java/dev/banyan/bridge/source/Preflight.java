package dev.banyan.bridge.source;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.engine.OffsetRule;
import dev.banyan.bridge.store.Position;
import dev.banyan.bridge.store.PublishedTable;
import dev.banyan.bridge.store.TableDefinition;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides, before anything is read, whether going on from the stored position can lose something. */
public final class Preflight {

    /*
     * Debezium by itself would start from wherever the slot stands: a slot that was made anew or moved by hand is a silent gap. Here
     * the position that the store holds must lie at or behind what the slot still has, on the same server and timeline, else we refuse.
     *
     * The timeline is that of the log being written. The control file's, which is easier to ask for, stays as it was after a promotion
     * until the first checkpoint is done, minutes later on a busy server.
     */

    private Preflight() {}

    /** Where to start, or why not to. */
    public sealed interface Verdict {

        /**
         * Everything is in place, and this is published; at a first start with {@code definitions} of the tables as they are at the position. {@code warnings} say what would
         * have kept it from that, and has come since.
         */
        record Go(
                Position position,
                List<TableDefinition> definitions,
                Set<PublishedTable> published,
                boolean isFirstStart,
                List<String> warnings)
                implements Verdict {
            Go(
                    Position position,
                    List<TableDefinition> definitions,
                    Set<PublishedTable> published,
                    boolean isFirstStart) {
                this(position, definitions, published, isFirstStart, List.of());
            }
        }

        /**
         * Going on would lose or repeat something; {@code todo} says what a person can do. {@code isForGood} when that may not show at the next look, and is to be
         * refused still: the log ended before our position, or rows were kept out of it.
         */
        record Refuse(String what, String todo, boolean isForGood) implements Verdict {
            Refuse(String what, String todo) {
                this(what, todo, false);
            }
        }
    }

    /** What the store remembers: how far the bridge is, of MariaDB how its tables are made, of PostgreSQL what was published, and why the log was refused as set back. */
    public record Stored(
            Optional<Position> position,
            List<TableDefinition> definitions,
            Set<PublishedTable> published,
            String setBack) {

        /** What is remembered where no log was ever set back. */
        public Stored(Optional<Position> position, List<TableDefinition> definitions, Set<PublishedTable> published) {
            this(position, definitions, published, "");
        }
    }

    /** What a person has declared safe, 0 for none: a new timeline, and a transaction that altered the publication. */
    public record Accepted(int timeline, long alteration) {
        public static final Accepted NONE = new Accepted(0, 0);
    }

    /** Where to begin anew, and how the tables are made and published there. */
    public record Beginning(Position position, List<TableDefinition> definitions, Set<PublishedTable> published) {

        /**
         * True when {@code before} is a position in the same log, as far as that can be known: all that is read from here on has higher places than it. Where
         * the log ends now does not tell: one that was set back has passed the place again some minutes later.
         */
        public boolean goesOn(Position before) {
            return position.systemIdentifier().equals(before.systemIdentifier())
                    && position.timeline() == before.timeline()
                    && position.place() >= before.place();
        }
    }

    /** Begins what is remembered of a log that goes on, but was not set as the bridge needs it for a while, whatever it looks like since. */
    private static final String LACKING = "the log may lack something";

    private static final int LACKING_CHARACTERS_MAX = 800;

    /** That the log may lack something since the place {@code since}, as it was found with the {@code settings} of an obstacle each line. */
    static String lacking(String since, String settings) {
        var found = settings.substring(0, Math.min(settings.length(), LACKING_CHARACTERS_MAX));
        return LACKING + " since " + since + ", as the bridge found:\n" + found;
    }

    /** True when the log goes on behind the position though it was refused for good as {@code setBack} says. */
    public static boolean goesOn(String setBack) {
        return setBack.isEmpty() || setBack.startsWith(LACKING);
    }

    private record Server(String systemIdentifier, int timeline, long currentLsn) {}

    private record Slot(
            @Nullable String plugin,
            @Nullable String database,
            @Nullable String walStatus,
            @Nullable Long confirmedLsn,
            @Nullable String currentDatabase) {

        /** True while a process of the server's makes it, of a bridge that was killed meanwhile perhaps: nobody else may use it. */
        boolean isBeingMade() {
            return plugin != null && confirmedLsn == null && !"lost".equals(walStatus);
        }
    }

    /** The same, however long a set-up waits for others. */
    public static Verdict check(Source source, Connection connection, Stored stored, Accepted accepted)
            throws SQLException {
        return check(source, connection, stored, accepted, Waiting.ENDLESS);
    }

    /** Sets up what is missing where the source is ours to manage, and judges what is there. */
    public static Verdict check(Source source, Connection connection, Stored stored, Accepted accepted, Waiting waiting)
            throws SQLException {
        if (!stored.setBack.isEmpty()) {
            var cure = source.dbms() == Dbms.MARIADB ? MariaDbPreflight.RESYNC : GapCure.anew(source);
            return new Verdict.Refuse(stored.setBack, cure, true);
        }
        var known = stored.position.isEmpty() ? source : withoutLostColumns(source, connection);
        return switch (source.dbms()) {
            case POSTGRESQL -> continuous(known, connection, stored, accepted, waiting);
            case MARIADB -> new MariaDbPreflight(known, connection).check(stored);
        };
    }

    /** Rows of before a column was dropped or renamed may be in the log still: the bridge reads them, and stops behind them. */
    private static Source withoutLostColumns(Source source, Connection connection) throws SQLException {
        var tables = source.tables().stream().map(Source.Table::id).toList();
        return source.withColumnsOf(ColumnType.of(connection, tables));
    }

    /** Why the server is not the one any more that was found good to go on at {@code checked}, while nothing was confirmed to it since; empty when it is. */
    public static Optional<String> changed(Source source, Connection connection, Position checked) throws SQLException {
        if (source.dbms() == Dbms.MARIADB) {
            return new MariaDbPreflight(source, connection).changed(checked);
        }
        var server = server(connection);
        var slot = slot(source, connection);
        if (slot.isEmpty() || slot.get().confirmedLsn == null) {
            return Optional.of("slot " + source.slot() + " is gone");
        }
        return goOn(source, server, slot.get().confirmedLsn, checked, Accepted.NONE)
                        instanceof Verdict.Refuse(var what, var _, var _)
                ? Optional.of(what)
                : Optional.empty();
    }

    /** Why the log is not to be read on, by how the server is set since it was {@code checked}; empty when it is. PostgreSQL's {@link Publication} says it. */
    public static Optional<Verdict.Refuse> unlogged(Source source, Connection connection, Position checked)
            throws SQLException {
        return source.dbms() == Dbms.MARIADB
                ? new MariaDbPreflight(source, connection).unlogged(checked)
                : Optional.empty();
    }

    /** True while somebody reads our slot; of MariaDB, which does not say who reads its log, always. */
    public static boolean isRead(Source source, Connection connection) throws SQLException {
        return source.dbms() == Dbms.MARIADB || reader(source, connection).isPresent();
    }

    private static Verdict continuous(
            Source source, Connection connection, Stored stored, Accepted accepted, Waiting waiting)
            throws SQLException {
        var verdict = postgresql(source, connection, stored.position, accepted, waiting);
        if (!(verdict instanceof Verdict.Go go)) {
            return verdict; // of another server or a slot made anew, which what is published would only repeat
        }
        var published = Publication.of(source, connection);
        if (!go.isFirstStart) {
            var lost = Publication.gap(source, stored.published, published, accepted.alteration);
            if (lost.isPresent()) {
                return unpublished(source, lost.get(), stored.published, published);
            }
        }
        return new Verdict.Go(go.position, go.definitions, published, go.isFirstStart, go.warnings);
    }

    /** Whether an alteration left something out nobody can see; where it is all there is, a person may know. */
    private static Verdict unpublished(
            Source source, String what, Set<PublishedTable> before, Set<PublishedTable> published) {
        var tables = Publication.alone(source, before, published);
        if (!tables.isEmpty()) {
            return new Verdict.Refuse(what, GapCure.again(tables) + GapCure.anew(source));
        }
        var alteration = Publication.alteration(published);
        return Publication.gap(source, before, published, alteration).isPresent()
                ? gap(source, what)
                : new Verdict.Refuse(
                        what,
                        "If the publication had its name and every kind of change all the time, start the bridge once"
                                + " with --accept-publication " + alteration + ". If that is not certain:\n"
                                + GapCure.anew(source));
    }

    private static Verdict postgresql(
            Source source, Connection connection, Optional<Position> stored, Accepted accepted, Waiting waiting)
            throws SQLException {
        var server = server(connection);
        var slotBefore = slot(source, connection);
        if (stored.isPresent() && isSetBack(server, stored.get())) {
            return setBack(
                    source,
                    server,
                    stored.get()); // before all that a person may mend while the log passes our position
        }
        if (stored.isPresent() && slotBefore.isEmpty()) {
            return gap(
                    source,
                    "slot " + source.slot() + " is gone, so the log since "
                            + lsn(stored.get().commitLsn()) + " may be gone too");
        }
        var found = SourcePlan.of(source, connection);
        var plan = stored.isPresent() ? found.begun() : found;
        if (stored.isPresent() && !plan.unpublished().isEmpty()) {
            return gap(
                    source,
                    "publication " + source.publication() + " lacks " + plan.unpublished()
                            + ", so what happened in there since our position is not sent");
        }
        if (!plan.isEmpty()) {
            if (!source.manage() || !plan.obstacles().isEmpty()) {
                return new Verdict.Refuse("the legacy database is not set up", plan.script());
            }
            plan.run(source, connection, waiting);
        }
        var slot = slot(source, connection)
                .orElseThrow(() -> new SQLException("slot " + source.slot() + " vanished while being checked"));
        if (slot.isBeingMade()) {
            throw new SQLTransientException("slot " + source.slot() + " is being made still, by process "
                    + reader(source, connection).map(String::valueOf).orElse("?") + " of the server");
        }
        var verdict = judge(source, server, slot, stored, accepted);
        return warned(verdict, found);
    }

    /** {@code verdict}, with what of {@code plan} would keep a bridge from its first start. */
    static Verdict warned(Verdict verdict, SourcePlan plan) {
        return verdict instanceof Verdict.Go go
                ? new Verdict.Go(
                        go.position,
                        go.definitions,
                        go.published,
                        go.isFirstStart,
                        plan.obstacles(Obstacle.From.BEGINNING))
                : verdict;
    }

    private static Verdict judge(
            Source source, Server server, Slot slot, Optional<Position> stored, Accepted accepted) {
        if (!"pgoutput".equals(slot.plugin)) {
            return new Verdict.Refuse(
                    "slot " + source.slot() + " uses plugin " + slot.plugin + " (expected: pgoutput)",
                    "Name another slot in source.slot, or drop this one if nobody else reads it.");
        }
        if (slot.currentDatabase == null || !slot.currentDatabase.equals(slot.database)) {
            return new Verdict.Refuse(
                    "slot " + source.slot() + " belongs to database " + slot.database,
                    "Name another slot in source.slot.");
        }
        if ("lost".equals(slot.walStatus) || slot.confirmedLsn == null) {
            return gap(
                    source,
                    "slot " + source.slot() + " is lost: PostgreSQL has removed log it still needed (wal_status lost)");
        }
        if (stored.isEmpty()) {
            var lsn = slot.confirmedLsn;
            var position = new Position(server.systemIdentifier, server.timeline, lsn, OffsetRule.startingAt(lsn));
            return new Verdict.Go(position, List.of(), Set.of(), true);
        }
        return goOn(source, server, slot.confirmedLsn, stored.get(), accepted);
    }

    private static Verdict goOn(Source source, Server server, long confirmed, Position position, Accepted accepted) {
        if (!position.systemIdentifier().equals(server.systemIdentifier)) {
            return gap(
                    source,
                    "this is another database server: system identifier " + server.systemIdentifier + " (expected: "
                            + position.systemIdentifier() + ")");
        }
        if (confirmed > position.place()) {
            return gap(
                    source,
                    "slot " + source.slot() + " stands at " + lsn(confirmed) + ", ahead of our position "
                            + lsn(position.commitLsn())
                            + ": it was made anew or moved by hand, and what lies between is not sent again");
        }
        if (isSetBack(server, position)) {
            return setBack(source, server, position);
        }
        if (position.timeline() != server.timeline) {
            if (accepted.timeline != server.timeline) {
                return new Verdict.Refuse(
                        "the server has been failed over or restored: timeline " + server.timeline + " (expected: "
                                + position.timeline() + ")",
                        "If nothing that the bridge had read was lost in the fail-over, start it once with"
                                + " --accept-timeline " + server.timeline + ". If that is not certain:\n"
                                + GapCure.anew(source));
            }
            return new Verdict.Go(
                    new Position(server.systemIdentifier, server.timeline, position.commitLsn(), position.offset()),
                    List.of(),
                    Set.of(),
                    false);
        }
        return new Verdict.Go(position, List.of(), Set.of(), false);
    }

    private static boolean isSetBack(Server server, Position position) {
        return position.systemIdentifier().equals(server.systemIdentifier) && position.place() > server.currentLsn;
    }

    private static Verdict.Refuse setBack(Source source, Server server, Position position) {
        return new Verdict.Refuse(
                "the server's log ends at " + lsn(server.currentLsn) + ", before our position "
                        + lsn(position.commitLsn()) + ": it was restored or failed over to a copy that lagged",
                GapCure.anew(source),
                true);
    }

    private static Verdict.Refuse gap(Source source, String what) {
        return new Verdict.Refuse(what, GapCure.anew(source));
    }

    /** Fails on a standby, which may be promoted yet: what it has is not judged before that. */
    private static Server server(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            try (var result = statement.executeQuery("SELECT pg_is_in_recovery()")) {
                if (result.next() && result.getBoolean(1)) {
                    throw new SQLException("the server is a standby (expected: the primary, or this one promoted)");
                }
            }
            var result = statement.executeQuery("""
                    SELECT (SELECT system_identifier FROM pg_control_system()),
                           ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int,
                           pg_current_wal_lsn() - '0/0'""");
            result.next();
            return new Server(result.getString(1), result.getInt(2), result.getLong(3));
        }
    }

    private static Optional<Slot> slot(Source source, Connection connection) throws SQLException {
        try (var select = connection.prepareStatement("""
                SELECT plugin, database, wal_status, confirmed_flush_lsn - '0/0', current_database()
                FROM pg_replication_slots WHERE slot_name = ?""")) {
            select.setString(1, source.slot());
            try (var result = select.executeQuery()) {
                if (!result.next()) {
                    return Optional.empty();
                }
                var confirmed = result.getBigDecimal(4);
                return Optional.of(new Slot(
                        result.getString(1),
                        result.getString(2),
                        result.getString(3),
                        confirmed == null ? null : confirmed.longValue(),
                        result.getString(5)));
            }
        }
    }

    /** The process of PostgreSQL that serves whoever reads the slot now; empty when nobody does. Any number may read MariaDB's log. */
    public static Optional<Integer> reader(Source source, Connection connection) throws SQLException {
        if (source.dbms() == Dbms.MARIADB) {
            return Optional.empty();
        }
        try (var select = connection.prepareStatement(
                "SELECT active_pid FROM pg_replication_slots WHERE slot_name = ? AND active")) {
            select.setString(1, source.slot());
            try (var result = select.executeQuery()) {
                return result.next() ? Optional.of(result.getInt(1)) : Optional.empty();
            }
        }
    }

    /** Where to begin anew after a gap; empty when the database is not set up. */
    public static Optional<Beginning> beginning(Source source, Connection connection) throws SQLException {
        return source.dbms() == Dbms.MARIADB
                ? new MariaDbPreflight(source, connection).beginning()
                : slotBeginning(source, connection);
    }

    private static Optional<Beginning> slotBeginning(Source source, Connection connection) throws SQLException {
        var published = Publication.of(source, connection);
        return slotPosition(source, connection).map(at -> new Beginning(at, List.of(), published));
    }

    private static Optional<Position> slotPosition(Source source, Connection connection) throws SQLException {
        var slot = slot(source, connection);
        if (slot.isEmpty() || slot.get().confirmedLsn == null) {
            return Optional.empty();
        }
        var server = server(connection);
        var lsn = slot.get().confirmedLsn;
        return Optional.of(new Position(server.systemIdentifier, server.timeline, lsn, OffsetRule.startingAt(lsn)));
    }

    /** {@code 0/1A2B3C}, as PostgreSQL writes it. */
    private static String lsn(long lsn) {
        return Dbms.POSTGRESQL.place(lsn);
    }
}
