package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Era;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.engine.GtidRule;
import dev.banyan.bridge.engine.SchemaLog;
import dev.banyan.bridge.source.MadeTable;
import dev.banyan.bridge.source.Source;
import dev.banyan.bridge.source.Waiting;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.TableDefinition;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The definitions of tables in the bridge's store, where also those that the mapping reads of {@code source} are noted of which rows went with a partition or another table. For
 * a table that is locked it waits while {@code waiting} says so.
 */
record StoredSchemaLog(BridgeStore store, Source source, int era, Doubts doubts, Waiting waiting) implements SchemaLog {

    private static final Logger LOG = LoggerFactory.getLogger(StoredSchemaLog.class);

    @Override
    public List<String> changes() {
        return undisturbed(
                () -> store.definitions().stream().map(TableDefinition::text).toList());
    }

    @Override
    public void append(String change) {
        undisturbed(() -> {
            store.define(change);
            return change;
        });
    }

    @Override
    public void rowsMoved(Predicate<TableId> isNamed, String statement, String gtid) {
        var named = source.tableIds().stream().filter(isNamed).collect(Collectors.toSet());
        if (!named.isEmpty()) {
            LOG.warn(
                    "rows of {} went or came with a partition, or with another table of that name ({}): the table is read again, and what is gone told",
                    named,
                    statement);
            undisturbed(() -> {
                store.lostRows().note(named, Era.position(era, GtidRule.sequence(gtid)));
                return gtid;
            });
        }
    }

    @Override
    public Set<TableId> mapped() {
        return Set.copyOf(source.tableIds());
    }

    @Override
    public boolean isRead(TableId table, String column) {
        return source.tables().stream()
                .anyMatch(
                        mapped -> mapped.id().equals(table) && mapped.columns().contains(column));
    }

    @Override
    public Map<TableId, Made> made(Set<TableId> tables) {
        return undisturbed(() -> {
            try {
                return MadeTable.of(source, tables, waiting);
            } catch (SQLException e) {
                throw new ServerChanged(
                        "the legacy database cannot be asked how " + tables + " are made: " + e.getMessage());
            }
        });
    }

    @Override
    public void doubts(List<Doubt> all) {
        all.forEach(doubt -> LOG.warn("{}: {}); the log may yet say why", doubt.table(), doubt.why()));
        doubts.are(all);
    }

    @Override
    public void misread(TableId table, String why, long at) {
        LOG.warn("{}: {}); the bridge will stop before {}", table, why, at);
        doubts.misread(table, why, at);
    }

    @Override
    public boolean isFollowed(TableId table) {
        var name = table.name().toLowerCase(Locale.ROOT);
        return source.tableIds().stream()
                .anyMatch(mapped -> name.contains(mapped.name().toLowerCase(Locale.ROOT)));
    }

    /** Closing the engine interrupts the caller, and H2 closes its file under an interrupted thread: another thread does the work. */
    private static <T> T undisturbed(Supplier<T> work) {
        var done = new CompletableFuture<T>();
        Thread.ofPlatform().name("banyan-definitions").daemon().start(() -> {
            try {
                done.complete(work.get());
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        try {
            return done.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
