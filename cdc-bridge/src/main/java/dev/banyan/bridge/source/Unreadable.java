package dev.banyan.bridge.source;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.TableId;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Why a backfill would not read a table as it is: nothing of it, or rows of other tables with it. The log is right all the same. */
public final class Unreadable {

    private static final Pattern TAKEN_APART = Pattern.compile("[\\s.\"'`]");

    private Unreadable() {}

    /** Why that is so of {@code tables}, in words; empty when a backfill reads them as they are now. */
    public static List<String> of(Source source, List<TableId> tables) throws SQLException {
        var whys = new ArrayList<String>();
        tables.forEach(table -> byName(table).ifPresent(whys::add));
        if (source.dbms() == Dbms.POSTGRESQL) {
            try (var connection = source.connect()) {
                FoundTable.heirs(connection, tables)
                        .forEach((table, heirs) -> byHeirs(table, heirs).ifPresent(whys::add));
            }
        }
        return whys;
    }

    /** Debezium 3.5 cannot take such names apart when it begins to read a table whole: it reads nothing then, and says that it has. */
    static Optional<String> byName(TableId table) {
        return TAKEN_APART.matcher(table.schema()).find()
                        || TAKEN_APART.matcher(table.name()).find()
                ? Optional.of("table " + table
                        + ": a name with a blank, a point or a quote, which a backfill cannot read (expected: another name, or a"
                        + " mapping without the table)")
                : Optional.empty();
    }

    /** Debezium asks for rows without ONLY. */
    static Optional<String> byHeirs(TableId table, List<String> heirs) {
        return heirs.isEmpty()
                ? Optional.empty()
                : Optional.of("table " + table + ": other tables inherit from it: " + heirs
                        + "; a backfill would take their rows for its own, and the log has them under their own names (expected: none;"
                        + " map those in its place, or ALTER TABLE ... NO INHERIT)");
    }
}
