package dev.banyan.bridge.engine;

import io.debezium.config.CommonConnectorConfig;
import io.debezium.pipeline.notification.IncrementalSnapshotNotificationService;
import io.debezium.pipeline.notification.IncrementalSnapshotNotificationService.TableScanCompletionStatus;
import io.debezium.pipeline.notification.Notification;
import io.debezium.pipeline.notification.SnapshotStatus;
import io.debezium.pipeline.notification.channels.NotificationChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Passes on what Debezium says of its incremental snapshots, on the thread that reads the chunk. Debezium makes this object itself, one for
 * each engine, by the file in {@code META-INF/services}.
 */
public final class SnapshotNotices implements NotificationChannel {

    /*
     * A chunk that fails with an SQL error is no error to Debezium: it logs it, goes on with the next table, and the offset of every later
     * record says that this one was read. Only its notification tells, and it comes first.
     */

    /** What the engine's settings call this channel. */
    static final String CHANNEL = "banyan";

    /** The engine's setting that says who hears of it. */
    static final String SETTING = "banyan.notices";

    private static final Map<String, Consumer<SnapshotNotice>> LISTENER_BY_NAME = new ConcurrentHashMap<>();

    private Consumer<SnapshotNotice> listener = _ -> {};

    /** Lets {@code listener} hear of the snapshots of the engine called {@code name}. */
    public static void register(String name, Consumer<SnapshotNotice> listener) {
        LISTENER_BY_NAME.put(name, listener);
    }

    /** Forgets {@code name}. */
    public static void unregister(String name) {
        LISTENER_BY_NAME.remove(name);
    }

    @Override
    public void init(CommonConnectorConfig config) {
        listener = notice -> tell(engine(config), notice);
    }

    /** The name of the engine that {@code config} is of. */
    @SuppressWarnings("deprecation") // Debezium's own channels have no other way to a setting of theirs
    static String engine(CommonConnectorConfig config) {
        return String.valueOf(config.getConfig().getString(SETTING));
    }

    /** Lets who listens to the snapshots of the engine called {@code name} hear {@code notice}: nobody where explain runs it. */
    static void tell(String name, SnapshotNotice notice) {
        LISTENER_BY_NAME.getOrDefault(name, _ -> {}).accept(notice);
    }

    @Override
    public String name() {
        return CHANNEL;
    }

    @Override
    public void send(Notification notification) {
        if (!notification.getAggregateType().equals(IncrementalSnapshotNotificationService.INCREMENTAL_SNAPSHOT)) {
            return;
        }
        var id = notification.getId();
        switch (SnapshotStatus.valueOf(notification.getType())) {
            case STARTED -> listener.accept(new SnapshotNotice.Begun(id));
            case IN_PROGRESS -> listener.accept(new SnapshotNotice.Reading(id));
            case TABLE_SCAN_COMPLETED -> scanned(notification.getAdditionalData());
            case COMPLETED -> listener.accept(new SnapshotNotice.Completed(id));
            case PAUSED, RESUMED, ABORTED, TABLE_CHUNK_IN_PROGRESS, TABLE_CHUNK_COMPLETED -> {}
        }
    }

    private void scanned(Map<String, String> data) {
        var status = String.valueOf(data.get(IncrementalSnapshotNotificationService.STATUS));
        if (!status.equals(TableScanCompletionStatus.SUCCEEDED.name())
                && !status.equals(TableScanCompletionStatus.EMPTY.name())) {
            var table = String.valueOf(data.get(IncrementalSnapshotNotificationService.SCANNED_COLLECTION));
            listener.accept(
                    new SnapshotNotice.GivenUp(table + " could not be read (" + status + ", see the log)", false));
        }
    }

    @Override
    public void close() {}
}
