package dev.banyan.bridge.run;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.Backfills;
import dev.banyan.bridge.store.StoreFailed;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits, before a backfill is signalled, until everybody sees what was written to its tables before it was taken up. One thread uses it. */
final class EarlierWriters {

    /*
     * PostgreSQL's log has a commit before others see it: in between the writer waits for standbys, and for its turn of a processor. So a
     * chunk may be older than a change that was delivered already, whatever Debezium's role waits for: of two that wait for the same standby
     * the later one may be woken first. Keys that change after the backfill was taken up are remembered (see BackfillTracker). What was mapped
     * before is in the log by then: its transactions are over, or they are among those that have the tables locked now. Once these have
     * ended, every chunk sees them. Those that begin to write later are nobody's business here, so nobody is held up, and the wait has an end.
     */
    private static final Logger LOG = LoggerFactory.getLogger(EarlierWriters.class);

    /** Each look is a connection of its own, so they get rarer: the next comes after a fourth of the time that it has waited, within these. */
    private static final Duration LOOK_MIN = Duration.ofMillis(250);

    private static final Duration LOOK_MAX = Duration.ofSeconds(10);

    /** A wait that takes longer is told. */
    private static final Duration UNTOLD_MAX = Duration.ofSeconds(2);

    private static final int SHOWN_MAX = 10;

    /** Of names, one of which at least fits, as what is told must into the store's column. */
    private static final int SHOWN_CHARS_MAX = 800;

    /** Where the open transactions of tables are found: the process of each by its name. */
    @FunctionalInterface
    interface Writers {
        Map<String, String> of(List<TableId> tables) throws SQLException;
    }

    private final Backfills stored;
    private final Writers writers;
    private final LongSupplier nanoClock;
    private final Question<Map<String, String>> question = new Question<>("banyan-earlier-writers");
    private String backfillId = "";
    private @Nullable Map<String, String> left;
    private long sinceNanos;
    private long lookedAtNanos;
    private String told = "";

    EarlierWriters(Backfills stored, Writers writers, LongSupplier nanoClock) {
        this.stored = stored;
        this.writers = writers;
        this.nanoClock = nanoClock;
    }

    /** True when {@code backfill}, which the courier has heard of, may read {@code tables}. Asks the database now and then, and then for 10 s at most. */
    boolean areOver(Backfill backfill, List<TableId> tables) throws InterruptedException {
        var now = nanoClock.getAsLong();
        if (!backfill.id().equals(backfillId)) {
            backfillId = backfill.id();
            left = null;
            sinceNanos = now;
            lookedAtNanos = now - LOOK_MAX.toNanos();
            told = told(backfill.failure());
        }
        var before = left;
        if (before != null && before.isEmpty()) {
            return true;
        }
        var pause = Math.clamp((now - sinceNanos) / 4, LOOK_MIN.toNanos(), LOOK_MAX.toNanos());
        if (now - lookedAtNanos < pause) {
            return false;
        }
        lookedAtNanos = now;
        var found = question.answer(() -> writers.of(tables));
        if (found == null) {
            return false;
        }
        var open = new TreeMap<>(before == null ? found : before);
        open.keySet().retainAll(found.keySet());
        left = open;
        if (open.isEmpty()) {
            tell("");
        } else if (now - sinceNanos >= UNTOLD_MAX.toNanos()) {
            tell("waits for transactions that wrote to its tables before, and have not ended: "
                    + some(new TreeSet<>(open.values())));
        }
        return open.isEmpty();
    }

    /** What the store says that it waits for, by a bridge before. */
    private static String told(Backfill.@Nullable Failure failure) {
        return failure == null || failure.times() > 0 ? "" : failure.why();
    }

    private static String some(Collection<String> processes) {
        var shown = new StringJoiner(", ");
        var left = processes.size();
        for (var process : processes) {
            if (left == processes.size() - SHOWN_MAX || shown.length() + process.length() > SHOWN_CHARS_MAX) {
                return shown + " and " + left + " more";
            }
            shown.add(process);
            left--;
        }
        return shown.toString();
    }

    private void tell(String why) {
        if (why.equals(told)) {
            return;
        }
        LOG.info("backfill {}: {}", backfillId, why.isEmpty() ? "waits no more" : why);
        try {
            stored.waits(backfillId, why);
            told = why;
        } catch (StoreFailed e) {
            LOG.warn("{}", e.getMessage());
        }
    }
}
