package dev.banyan.bridge.source;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.store.PublishedTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** What PostgreSQL publishes of the mapped tables, and whether it has done so all the time. */
public final class Publication {

    /*
     * pgoutput judges each change by the publication as it was when the change was written. One that looks right today says nothing of yesterday:
     * a table that was taken out and put back lacks what was written in between. What was put back has other numbers, though. Options and the name
     * have none: of them it is known which transaction wrote them last, and whatever it changed, it may have put back.
     */
    private static final int SCHEMAS_SINCE = 15;

    private static final String BY_SCHEMA =
            " UNION ALL SELECT s.oid FROM pg_publication_namespace s WHERE s.pnpubid = p.oid AND s.pnnspid = r.relnamespace";

    private Publication() {}

    /** The mapped tables that are published now, with every kind of change; of MariaDB, whose log has every table, none. */
    public static Set<PublishedTable> of(Source source, Connection connection) throws SQLException {
        var published = new HashSet<PublishedTable>();
        if (source.dbms() == Dbms.MARIADB) {
            return published;
        }
        var bySchema = connection.getMetaData().getDatabaseMajorVersion() >= SCHEMAS_SINCE ? BY_SCHEMA : "";
        try (var select = connection.prepareStatement("""
                SELECT n.nspname, c.relname, p.oid::bigint, c.oid::bigint, entry.oid::bigint, p.xmin::text::bigint
                FROM pg_publication p, pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                CROSS JOIN LATERAL (SELECT c.oid AS relid UNION SELECT relid FROM pg_partition_ancestors(c.oid)) part
                JOIN pg_class r ON r.oid = part.relid
                CROSS JOIN LATERAL (SELECT 0::oid AS oid WHERE p.puballtables
                        UNION ALL SELECT e.oid FROM pg_publication_rel e WHERE e.prpubid = p.oid AND e.prrelid = r.oid
                        %s) entry
                WHERE p.pubname = ? AND p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate
                      AND (p.pubviaroot OR c.relkind <> 'p') AND n.nspname || '.' || c.relname = ANY (?)""".formatted(bySchema))) {
            select.setString(1, source.publication());
            select.setArray(2, FoundTable.names(connection, source.tableIds()));
            try (var result = select.executeQuery()) {
                while (result.next()) {
                    published.add(new PublishedTable(
                            new TableId(result.getString(1), result.getString(2)),
                            result.getLong(3),
                            result.getLong(4),
                            result.getLong(5),
                            result.getLong(6)));
                }
            }
        }
        return published;
    }

    /**
     * Why something of the mapped tables may never have been in the log as the slot sees it, though {@code before} and {@code now} all was well; empty
     * when nothing is missing. What was not mapped before is not asked for, and what transaction {@code accepted} altered was no loss.
     */
    public static Optional<String> gap(
            Source source, Set<PublishedTable> before, Set<PublishedTable> now, long accepted) {
        var lost = new TreeSet<String>();
        for (var table : source.tableIds()) {
            var then = entries(before, table);
            if (!then.isEmpty()) {
                why(source, table, then, entries(now, table), accepted).ifPresent(lost::add);
            }
        }
        return lost.isEmpty()
                ? Optional.empty()
                : Optional.of(String.join("; ", lost) + ", so what happened in there meanwhile is not sent");
    }

    /**
     * The tables that {@link #gap} is about, where it is about tables alone: the publication was there all the time as it is. Empty when it is not, or there is no gap.
     */
    static Set<TableId> alone(Source source, Set<PublishedTable> before, Set<PublishedTable> now) {
        var tables = new TreeSet<TableId>();
        for (var table : source.tableIds()) {
            var then = entries(before, table);
            var entries = entries(now, table);
            if (then.isEmpty() || why(source, table, then, entries, 0).isEmpty()) {
                continue;
            }
            if (entries.isEmpty() || isStill(then, entries) || differ(then, entries, PublishedTable::publication)) {
                return Set.of();
            }
            tables.add(table);
        }
        return tables;
    }

    /** True when by one of its entries a table was published all the time, as far as the publication was. */
    private static boolean isStill(Set<PublishedTable> before, Set<PublishedTable> now) {
        return now.stream().anyMatch(entry -> before.stream().anyMatch(entry::isSame));
    }

    /** The transaction that altered the publication of {@code published} last; 0 when it has none of the tables. */
    static long alteration(Set<PublishedTable> published) {
        return published.stream().mapToLong(PublishedTable::alteration).max().orElse(0);
    }

    private static Set<PublishedTable> entries(Set<PublishedTable> published, TableId table) {
        return published.stream().filter(entry -> entry.table().equals(table)).collect(Collectors.toSet());
    }

    private static Optional<String> why(
            Source source, TableId table, Set<PublishedTable> before, Set<PublishedTable> now, long accepted) {
        var publication = "publication " + source.publication();
        if (isStill(before, now)) {
            var known = alteration(before);
            var last = alteration(now);
            return known == 0 || last == known || last == accepted
                    ? Optional.empty()
                    : Optional.of(publication + " was altered by transaction " + last
                            + ": its options or its name may have been others for a while");
        }
        if (now.isEmpty()) {
            return Optional.of(table + " is not in " + publication + " any more");
        }
        if (differ(before, now, PublishedTable::publication)) {
            return Optional.of(publication + " was dropped and made anew");
        }
        return Optional.of(
                differ(before, now, PublishedTable::relation)
                        ? table
                                + " is another table than it was: dropped and made anew, or its name was given to another"
                        : table + " was taken out of " + publication + " and put back");
    }

    private static boolean differ(
            Set<PublishedTable> before, Set<PublishedTable> now, ToLongFunction<PublishedTable> number) {
        var known = before.stream().mapToLong(number).boxed().collect(Collectors.toSet());
        return now.stream().mapToLong(number).noneMatch(known::contains);
    }
}
