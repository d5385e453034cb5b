package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.source.KeyCondition;
import dev.banyan.bridge.source.RowEstimates;
import dev.banyan.bridge.source.SignalRows;
import dev.banyan.bridge.source.Source;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.Backfills;
import dev.banyan.bridge.store.StoreFailed;
import io.debezium.DebeziumException;
import io.debezium.engine.DebeziumEngine;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/** Sees what people ask of backfills while an engine runs, and asks Debezium for the one that is next. One thread uses it. */
final class BackfillWatch {

    private static final Logger LOG = LoggerFactory.getLogger(BackfillWatch.class);
    private static final Duration LOOK_EVERY = Duration.ofMillis(250);
    private static final Duration LOOK_IDLE = Duration.ofSeconds(1);
    private static final Duration SIGNAL_AGAIN = Duration.ofSeconds(20);
    private static final Duration ROUND_EVERY = Duration.ofSeconds(1);
    private static final Duration PREPARE_MAX = Duration.ofSeconds(10);

    /** Of rows that are read again, so many at once: every offset has their keys, until they are read. */
    private static final int ROWS_AGAIN_MAX = 100;

    private static final int CONDITION_LENGTH_MAX = 20_000;

    private final BackfillTracker tracker;
    private final Backfills stored;
    private final Source source;
    private final EarlierWriters earlier;
    private final Unread unread;
    private final Question<List<String>> question = new Question<>("banyan-unread-tables");
    private final Consumer<Point> watcher;
    private final Consumer<List<Backfill>> told;
    private final LongSupplier nanoClock;
    private long lookedAtNanos;
    private long signalledAtNanos;
    private @Nullable String signalled;
    private @Nullable Long askedAtNanos;
    private String refused = "";

    /** Asks why a backfill would not read tables as they are, in words. */
    @FunctionalInterface
    interface Unread {
        List<String> of(List<TableId> tables) throws SQLException;
    }

    /** A watch that tells {@code told} of every backfill and parity run each time it looks; {@code nanoClock} is {@link System#nanoTime}. */
    BackfillWatch(
            BackfillTracker tracker,
            Backfills stored,
            Source source,
            EarlierWriters.Writers writers,
            Unread unread,
            Consumer<Point> watcher,
            Consumer<List<Backfill>> told,
            LongSupplier nanoClock) {
        this.tracker = tracker;
        this.stored = stored;
        this.source = source;
        this.earlier = new EarlierWriters(stored, writers, nanoClock);
        this.unread = unread;
        this.watcher = watcher;
        this.told = told;
        this.nanoClock = nanoClock;
        this.lookedAtNanos = nanoClock.getAsLong();
    }

    /** True when the engine has to be started anew, because the backfill under way is to pause, to go on or to end. */
    boolean isAskedOtherwise(boolean isSpooling) {
        var now = nanoClock.getAsLong();
        var pause = tracker.current() == null ? LOOK_IDLE : LOOK_EVERY;
        if (now - lookedAtNanos < pause.toNanos()) {
            return false;
        }
        lookedAtNanos = now;
        try {
            var before = tracker.current(); // before the store: one that has ended since must not come back
            var backfills = stored.line();
            told.accept(backfills);
            if (before == null) {
                tracker.next(backfills);
            }
            var current = tracker.current();
            var head = Backfill.head(backfills).orElse(null);
            return head != null && current != null && differs(head, current, isSpooling);
        } catch (StoreFailed e) {
            LOG.warn("{}", e.getMessage());
            return false;
        }
    }

    private static boolean differs(Backfill head, Backfill current, boolean isSpooling) {
        return head.id().equals(current.id())
                && (head.wish() != current.wish() || (head.isCancelledUnbegun() && !isSpooling));
    }

    /** Signals the backfill that is next, and once more when nothing comes of it: a signal may be lost. */
    void signal(DebeziumEngine.Signaler signaler) throws InterruptedException {
        var current = tracker.current();
        if (current == null || !tracker.needsSignal()) {
            return;
        }
        var wanted = current.id() + "/" + tracker.round();
        var isNew = !wanted.equals(signalled);
        var pause = !isNew ? SIGNAL_AGAIN : current.isToReadAgain() ? ROUND_EVERY : Duration.ZERO;
        if (signalled != null && nanoClock.getAsLong() - signalledAtNanos < pause.toNanos()) {
            return;
        }
        var rows = current.isToReadAgain() ? incomplete() : Map.<TableId, List<Row>>of();
        if (current.isToReadAgain() && rows.isEmpty()) {
            return; // noted a moment ago, and not committed yet, or the store is away
        }
        var tables = rows.isEmpty()
                ? current.tables().stream().map(Backfill.Table::id).toList()
                : List.copyOf(rows.keySet());
        if (rows.isEmpty() && !(earlier.areOver(current, tables) && areReadable(current, tables))) {
            return;
        }
        if (isNew && rows.isEmpty()) {
            prepare(tables);
        }
        LOG.info("backfill {}: asking for {}{}", current.id(), rows.isEmpty() ? "" : "rows again of ", tables);
        signalledAtNanos = nanoClock.getAsLong();
        try {
            signaler.signal(new DebeziumEngine.Signal(
                    current.id() + (isNew && rows.isEmpty() ? "" : "-" + signalledAtNanos),
                    "execute-snapshot",
                    JsonMapper.shared().writeValueAsString(data(tables, rows)),
                    Map.of()));
        } catch (DebeziumException e) { // the engine is just ending, and says why when it has; the next one is asked
            LOG.info("backfill {}: {}", current.id(), e.getMessage());
            return;
        }
        signalled = wanted;
        watcher.accept(Point.BACKFILL_ASKED);
    }

    /** True when {@code backfill} would read {@code tables} as they are. Else it is paused: a person has to see why. */
    private boolean areReadable(Backfill backfill, List<TableId> tables) throws InterruptedException {
        var now = nanoClock.getAsLong();
        var asked = askedAtNanos;
        if (backfill.id().equals(refused) || (asked != null && now - asked < ROUND_EVERY.toNanos())) {
            return false;
        }
        askedAtNanos = now;
        var whys = question.answer(() -> unread.of(tables));
        if (whys == null || whys.isEmpty()) {
            return whys != null;
        }
        var why = String.join("; ", whys);
        LOG.warn("backfill {}: {}; paused", backfill.id(), why);
        try {
            stored.failed(backfill.id(), why, true);
            refused = backfill.id();
        } catch (StoreFailed e) {
            LOG.warn("{}", e.getMessage());
        }
        return false;
    }

    private Map<TableId, List<Row>> incomplete() {
        try {
            return stored.incomplete(ROWS_AGAIN_MAX);
        } catch (StoreFailed e) {
            LOG.warn("{}", e.getMessage());
            return Map.of();
        }
    }

    /** Remembers what could not be read; to be called when the engine has stopped. */
    void settle() {
        var current = tracker.current();
        var unread = tracker.unread();
        if (current == null || unread == null) {
            return;
        }
        try {
            var failed = stored.failed(current.id(), unread.why(), unread.isOfValue());
            LOG.warn(
                    "backfill {}: {}; {}",
                    failed.id(),
                    unread.why(),
                    failed.wish() == Backfill.Wish.GO ? "to be read again" : failed.word());
        } catch (StoreFailed e) {
            LOG.warn("{}", e.getMessage());
        }
    }

    /** Holds the watch over the engine up for 10 s at most, whatever the database does: nothing depends on what comes of it. */
    private void prepare(List<TableId> tables) throws InterruptedException {
        Thread.ofVirtual()
                .name("banyan-backfill-prepare")
                .start(() -> prepareNow(tables))
                .join(PREPARE_MAX);
    }

    private void prepareNow(List<TableId> tables) {
        try (var connection = source.connect()) {
            tracker.estimated(RowEstimates.of(connection, tables));
            SignalRows.deleteOld(source, connection, Instant.now());
        } catch (SQLException e) {
            LOG.info("before a backfill: {}", e.getMessage());
        }
    }

    /** What Debezium is told to read: {@code tables}, of those in {@code rows} only these rows. */
    private static Map<String, Object> data(List<TableId> tables, Map<TableId, List<Row>> rows) {
        var conditions = new ArrayList<Map<String, String>>();
        rows.forEach((table, keys) -> conditions.add(
                Map.of("data-collection", name(table), "filter", KeyCondition.of(keys, CONDITION_LENGTH_MAX))));
        return Map.of(
                "type",
                "incremental",
                "data-collections",
                tables.stream().map(BackfillWatch::name).toList(),
                "additional-conditions",
                conditions);
    }

    /** An expression that Debezium matches against whole names, without regard to case if it is let. */
    private static String name(TableId table) {
        return "(?-i)" + Pattern.quote(table.toString());
    }
}
