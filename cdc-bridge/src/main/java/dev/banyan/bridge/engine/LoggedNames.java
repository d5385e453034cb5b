package dev.banyan.bridge.engine;

import com.github.shyiko.mysql.binlog.BinaryLogClient;
import com.github.shyiko.mysql.binlog.event.Event;
import com.github.shyiko.mysql.binlog.event.MariadbGtidEventData;
import com.github.shyiko.mysql.binlog.event.TableMapEventData;
import dev.banyan.bridge.change.TableId;
import io.debezium.relational.Table;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Compares the names by which Debezium reads rows of mapped tables with those that MariaDB's log itself has in front of them, where
 * {@code binlog_row_metadata} is {@code FULL}.
 */
final class LoggedNames implements BinaryLogClient.EventListener {

    /** That {@code names} are those of {@code table}, as Debezium has it. */
    private record Compared(Table table, List<String> names) {}

    private final SchemaLog log;
    private final Function<io.debezium.relational.TableId, @Nullable Table> known;
    private final Set<TableId> mapped;
    private final Map<TableId, Compared> comparedByTable = new HashMap<>();

    /** The number of the GTID that the events are of. */
    private long sequence;

    /** Tells {@code log} of differences; {@code known} is how Debezium has a table at an event. */
    LoggedNames(SchemaLog log, Function<io.debezium.relational.TableId, @Nullable Table> known) {
        this.log = log;
        this.known = known;
        this.mapped = log.mapped();
    }

    @Override
    public void onEvent(Event event) {
        if (event.getData() instanceof MariadbGtidEventData gtid) {
            sequence = gtid.getSequence();
        } else if (event.getData() instanceof TableMapEventData table && table.getEventMetadata() != null) {
            compare(
                    new TableId(table.getDatabase(), table.getTable()),
                    table.getEventMetadata().getColumnNames());
        }
    }

    private void compare(TableId id, @Nullable List<String> names) {
        if (names == null || !mapped.contains(id)) {
            return;
        }
        var table = known.apply(new io.debezium.relational.TableId(id.schema(), null, id.name()));
        var before = comparedByTable.get(id);
        if (table == null || (before != null && before.table.equals(table) && before.names.equals(names))) {
            return;
        }
        comparedByTable.put(id, new Compared(table, names));
        var why = TableDifference.ofRows(table, names);
        if (!why.isEmpty()) {
            log.misread(id, why, sequence);
        }
    }
}
