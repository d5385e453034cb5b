package dev.banyan.bridge.engine;

import com.github.shyiko.mysql.binlog.BinaryLogClient;
import com.github.shyiko.mysql.binlog.event.Event;
import com.github.shyiko.mysql.binlog.event.QueryEventData;
import io.debezium.relational.Table;
import io.debezium.relational.TableId;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps from Debezium what MariaDB logs though it did nothing, and Debezium 3.5 stops at: changes of a column {@code IF EXISTS} that is not there. */
final class IdleStatements implements BinaryLogClient.EventListener {

    private static final Logger LOG = LoggerFactory.getLogger(IdleStatements.class);

    private final Function<TableId, @Nullable Table> known;

    /** {@code known} is how Debezium has a table at an event. */
    IdleStatements(Function<TableId, @Nullable Table> known) {
        this.known = known;
    }

    @Override
    public void onEvent(Event event) {
        if (event.getData() instanceof QueryEventData query) {
            LoggedStatement.of(query.getSql(), query.getDatabase())
                    .changedIfThere()
                    .filter(change -> {
                        var table = known.apply(new TableId(
                                change.table().schema(), null, change.table().name()));
                        return table != null && isWithout(table, change.column());
                    })
                    .ifPresent(change -> {
                        LOG.info(
                                "{} has no column {}: left out, as MariaDB did: {}",
                                change.table(),
                                change.column(),
                                query.getSql());
                        query.setSql("");
                    });
        }
    }

    private static boolean isWithout(Table table, String column) {
        return table.columns().stream().noneMatch(each -> each.name().equalsIgnoreCase(column));
    }
}
