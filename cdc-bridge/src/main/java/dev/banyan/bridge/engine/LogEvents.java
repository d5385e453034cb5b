package dev.banyan.bridge.engine;

import io.debezium.bean.StandardBeanNames;
import io.debezium.config.CommonConnectorConfig;
import io.debezium.connector.binlog.BinlogStreamingChangeEventSource;
import io.debezium.connector.mariadb.MariaDbDatabaseSchema;
import io.debezium.pipeline.ChangeEventSourceCoordinator;
import io.debezium.pipeline.EventDispatcher;
import io.debezium.pipeline.signal.actions.SignalAction;
import io.debezium.pipeline.signal.actions.SignalActionProvider;
import io.debezium.pipeline.spi.Partition;
import io.debezium.spi.schema.DataCollectionId;
import java.util.Map;

/**
 * Lets {@link LoggedNames} and {@link IdleStatements} hear of each event of MariaDB's log, before Debezium does and by the same thread. Debezium makes this
 * object itself, by the file in {@code META-INF/services}, once it has made its client of the log, and before that connects.
 */
public final class LogEvents implements SignalActionProvider {

    @Override
    public <P extends Partition> Map<String, SignalAction<P>> createActions(
            EventDispatcher<P, ? extends DataCollectionId> dispatcher,
            ChangeEventSourceCoordinator<P, ?> coordinator,
            CommonConnectorConfig config) {
        var log = StoredSchemaHistory.registered(SnapshotNotices.engine(config));
        if (log != null
                && coordinator.getStreamingSource().orElse(null)
                        instanceof BinlogStreamingChangeEventSource<?, ?> reading) {
            var client = reading.getBinaryLogClient();
            var schema = config.getBeanRegistry()
                    .lookupByName(StandardBeanNames.DATABASE_SCHEMA, MariaDbDatabaseSchema.class);
            client.registerEventListener(new IdleStatements(schema::tableFor));
            client.registerEventListener(new LoggedNames(log, schema::tableFor));
        }
        return Map.of();
    }
}
