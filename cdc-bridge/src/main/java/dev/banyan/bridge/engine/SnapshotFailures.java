package dev.banyan.bridge.engine;

import io.debezium.config.CommonConnectorConfig;
import io.debezium.pipeline.ChangeEventSourceCoordinator;
import io.debezium.pipeline.EventDispatcher;
import io.debezium.pipeline.signal.actions.SignalAction;
import io.debezium.pipeline.signal.actions.SignalActionProvider;
import io.debezium.pipeline.source.snapshot.incremental.IncrementalSnapshotChangeEventSource;
import io.debezium.pipeline.spi.Partition;
import io.debezium.spi.schema.DataCollectionId;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Passes on what Debezium's incremental snapshots throw, which Debezium only logs. Debezium makes this object itself, one for each engine, by
 * the file in {@code META-INF/services}.
 */
public final class SnapshotFailures implements SignalActionProvider {

    /*
     * The rows of a window are converted when its end comes through the log, as a signal, and what the handling of a signal throws is logged and
     * forgotten: the rest of the window is gone, no chunk is read after it, and the snapshot is under way for ever. No listener hears of it.
     * But who may add actions is called once the snapshot's source is in its place, and may put another there.
     */
    private static final String OF_A_VALUE = "Failed to properly convert data value for";

    /** Behind the table it may have keys of rows. */
    private static final Pattern OF_A_CHUNK = Pattern.compile(
            "Database error while executing incremental snapshot for table '(?:CollectionId\\{id=)?([^,'}]*).*",
            Pattern.DOTALL);

    @Override
    public <P extends Partition> Map<String, SignalAction<P>> createActions(
            EventDispatcher<P, ? extends DataCollectionId> dispatcher,
            ChangeEventSourceCoordinator<P, ?> coordinator,
            CommonConnectorConfig config) {
        var engine = SnapshotNotices.engine(config);
        watch(dispatcher, failure -> tell(engine, failure));
        return Map.of();
    }

    private static <P extends Partition, T extends DataCollectionId> void watch(
            EventDispatcher<P, T> dispatcher, Consumer<Throwable> failed) {
        var source = dispatcher.getIncrementalSnapshotChangeEventSource();
        if (source != null) {
            dispatcher.setIncrementalSnapshotChangeEventSource(Optional.of(watched(source, failed)));
        }
    }

    @SuppressWarnings("unchecked") // it does what source does
    private static <P extends Partition, T extends DataCollectionId> IncrementalSnapshotChangeEventSource<P, T> watched(
            IncrementalSnapshotChangeEventSource<P, T> source, Consumer<Throwable> failed) {
        return (IncrementalSnapshotChangeEventSource<P, T>) Proxy.newProxyInstance(
                SnapshotFailures.class.getClassLoader(),
                new Class<?>[] {IncrementalSnapshotChangeEventSource.class},
                (_, method, arguments) -> {
                    try {
                        return method.invoke(source, arguments);
                    } catch (InvocationTargetException e) {
                        failed.accept(e.getTargetException());
                        throw e.getTargetException();
                    }
                });
    }

    /** Lets who listens to the snapshots of {@code engine}, which has ended with {@code failure}, hear of it if it was one of them that failed. */
    public static void ended(String engine, Throwable failure) {
        if (table(failure).isPresent()) {
            tell(engine, failure);
        }
    }

    private static void tell(String engine, Throwable failure) {
        if (!isInterruption(failure)) {
            SnapshotNotices.tell(engine, notice(TemporalConverter.takeRefused(engine), failure));
        }
    }

    /** What went wrong, without a value of the row. */
    static SnapshotNotice.GivenUp notice(Optional<TransactionUnreadable> refused, Throwable failure) {
        var ofValue = messages(failure)
                .filter(message -> message.startsWith(OF_A_VALUE))
                .findFirst();
        var why = refused.map(Throwable::getMessage).or(() -> ofValue.map(said -> said + " (see the log)"));
        return new SnapshotNotice.GivenUp(
                why.orElseGet(() -> table(failure).orElse("a table") + " could not be read ("
                        + deepest(failure).getClass().getSimpleName() + ", see the log)"),
                ofValue.isPresent());
    }

    private static Optional<String> table(Throwable failure) {
        return messages(failure)
                .map(OF_A_CHUNK::matcher)
                .filter(Matcher::matches)
                .map(found -> found.group(1))
                .findFirst();
    }

    private static Stream<String> messages(Throwable failure) {
        return causes(failure).map(cause -> String.valueOf(cause.getMessage()));
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.<Throwable>iterate(failure, Objects::nonNull, Throwable::getCause);
    }

    private static Throwable deepest(Throwable failure) {
        return causes(failure).reduce(failure, (_, cause) -> cause);
    }

    /** The engine was stopped while a chunk was at work. */
    private static boolean isInterruption(Throwable failure) {
        return causes(failure).anyMatch(cause -> cause instanceof InterruptedException);
    }
}
