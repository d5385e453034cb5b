package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Era;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.Pause;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the bridge is doing, for those who watch: written by the threads that work, read by the status page. */
public final class Progress {

    /** What the bridge as a whole is doing. */
    public enum State {
        STARTING,
        /** Another instance holds the lease. */
        STANDBY,
        STREAMING,
        /** Reading is paused: the hub does not answer, and there is no spool or it is full. */
        HUB_UNAVAILABLE,
        /** The hub does not answer; reading goes on, into the spool. */
        SPOOLING,
        /** The hub answers; what lies in the spool goes first. */
        CATCHING_UP,
        /** The engine stopped; it is started again after a pause. */
        RESTARTING,
        /** Going on would lose or repeat something; a person has to decide. */
        REFUSED,
        STOPPED
    }

    /** A state with the reason for it, and since when the bridge is in it. */
    record Standing(State state, String reason, long sinceMs) {}

    private static final Logger LOG = LoggerFactory.getLogger(Progress.class);
    private static final int REFUSED_MAX = 10_000;

    private final InstantSource clock;
    private final AtomicReference<Standing> standing;
    private final LongSupplier nanos;
    private volatile long lastSignOfLifeNanos;
    private volatile long commitLsn;
    private volatile long lastCommitTimeMs;
    private volatile long lagBytes;
    private final LogLag logLag = new LogLag();
    private volatile int logPercent;
    private volatile long spoolBytes;
    private volatile int waitingAggregates;
    private volatile int openRows;
    private volatile LongConsumer publishing = _ -> {};
    private volatile Map<TableId, Long> withoutEvent = Map.of();
    private volatile Map<String, String> refusedEvents = Map.of();
    private long refusedAt;
    private volatile @Nullable HubPosition inHub;
    private volatile List<Backfill> backfills = List.of();
    private volatile List<PausedTable> pausedTables = List.of();
    final AtomicLong transactions = new AtomicLong();
    final AtomicLong spooledTransactions = new AtomicLong();
    final AtomicLong rows = new AtomicLong();
    final AtomicLong events = new AtomicLong();
    final AtomicLong repeatedTransactions = new AtomicLong();
    final AtomicLong suppressedEvents = new AtomicLong();
    final AtomicLong backfillRows = new AtomicLong();
    final AtomicLong backfillRowsDropped = new AtomicLong();
    final AtomicLong engineStarts = new AtomicLong();
    final AtomicLong hubFailures = new AtomicLong();

    public Progress(InstantSource clock) {
        this(clock, System::nanoTime);
    }

    /** The same, measuring by {@code nanos}, a clock that nobody sets, how long nothing was heard. */
    Progress(InstantSource clock, LongSupplier nanos) {
        this.clock = clock;
        this.nanos = nanos;
        this.standing = new AtomicReference<>(new Standing(State.STARTING, "", clock.millis()));
        this.lastSignOfLifeNanos = nanos.getAsLong();
    }

    /** The state changed, for this reason; an empty reason when it needs none. */
    public void enter(State next, String why) {
        standing.updateAndGet(last -> new Standing(next, why, last.state == next ? last.sinceMs : clock.millis()));
    }

    /** It waits for {@code what}, which is logged once, or for nothing any more where that is empty. */
    void waits(State state, String what) {
        if (!what.equals(reason())) {
            if (!what.isEmpty()) {
                LOG.info("{}", what);
            }
            enter(state, what);
        }
    }

    /** Something came through the log, a row or a heartbeat, or the database is at work on it. */
    public void signOfLife() {
        lastSignOfLifeNanos = nanos.getAsLong();
    }

    void reached(long lsn, @Nullable Long commitTimeMs) {
        commitLsn = lsn;
        logLag.reached(lsn);
        if (commitTimeMs != null) {
            lastCommitTimeMs = commitTimeMs;
        }
    }

    public State state() {
        return standing.get().state;
    }

    public String reason() {
        return standing.get().reason;
    }

    /** State, reason and time that belong together. */
    Standing standing() {
        return standing.get();
    }

    public long millisSinceSignOfLife() {
        return TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong() - lastSignOfLifeNanos);
    }

    public long commitLsn() {
        return commitLsn;
    }

    /** The legacy database's log ends here now. */
    void logEndsAt(long place) {
        var end = Era.position(Era.of(commitLsn), place);
        lagBytes = Math.max(0, end - commitLsn);
        logLag.measured(end, clock.millis());
    }

    /** For how long at most something has waited to be delivered; empty when that was not measured lately. */
    public OptionalLong lagMillis() {
        return logLag.millis(clock.millis());
    }

    /** Bytes of log between the end of the legacy database's log and our position, as last asked. */
    public long lagBytes() {
        return lagBytes;
    }

    void logPercent(int percent) {
        logPercent = percent;
    }

    /** How much of max_slot_wal_keep_size our slot holds back, in percent as last asked; 0 when there is no such limit. */
    public int logPercent() {
        return logPercent;
    }

    void spool(long bytes) {
        spoolBytes = bytes;
    }

    /** Bytes on the disk of what waits for the hub. */
    public long spoolBytes() {
        return spoolBytes;
    }

    /** Transactions that went to the spool since the process started. */
    public long spooledTransactions() {
        return spooledTransactions.get();
    }

    public long lastCommitTimeMs() {
        return lastCommitTimeMs;
    }

    /** Rows of a transaction whose end has not come yet, as of the last batch. */
    public int openRows() {
        return openRows;
    }

    void openRows(int rows) {
        openRows = rows;
    }

    /** Tells {@code told} of each transaction that reached the hub, how many milliseconds after its commit by the clocks of both hosts. */
    void onPublished(LongConsumer told) {
        publishing = told;
    }

    /** {@code transaction} is in hub and store; its rows of a backfill were compared alone when {@code isParity}. */
    void delivered(Transaction transaction, boolean isParity) {
        var changes = transaction.changes();
        var reads =
                changes.stream().filter(change -> change instanceof Change.Read).count();
        backfillRows.addAndGet(isParity ? 0 : reads);
        rows.addAndGet(changes.size() - reads);
        transactions.incrementAndGet();
        if (reads < changes.size()) {
            publishing.accept(
                    Math.max(0, clock.millis() - transaction.commitTime().toEpochMilli()));
        }
    }

    /** Aggregates that wait because the mapping had no answer for a change of them. */
    public int waitingAggregates() {
        return waitingAggregates;
    }

    void waitingAggregates(int count) {
        waitingAggregates = count;
    }

    /** A table that is paused behind {@code place}; {@code misfit} is what the mapping does not fit, empty when it fits again. */
    record PausedTable(Pause pause, String place, String misfit) {

        /** All of it in a sentence. */
        String text() {
            return "paused: " + pause.table() + ", and with it all of " + pause.aggregate() + " behind " + place + ": "
                    + (misfit.isEmpty()
                            ? "it fits the mapping again; stop the bridge, and events faults resubmit --all --send"
                            : misfit + "; mend the mapping");
        }
    }

    /** The tables that do not fit the mapping, or of which what was parked meanwhile is not resubmitted. */
    List<PausedTable> pausedTables() {
        return pausedTables;
    }

    /** These are paused; true when they were not known as such. */
    boolean paused(List<PausedTable> tables) {
        var isNew = !pausedTables.equals(tables);
        pausedTables = List.copyOf(tables);
        return isNew;
    }

    /** How often a table changed in a way that no event shows, since the process started. */
    public Map<TableId, Long> withoutEvent() {
        return withoutEvent;
    }

    void withoutEvent(Map<TableId, Long> counts) {
        withoutEvent = counts;
    }

    /** What the hub said of events that it refused for good, by their ids; for the next mapper. */
    Map<String, String> refusedEvents() {
        return refusedEvents;
    }

    /**
     * Remembers {@code whyById}, of this process's last some thousand; false when all of them were known. Those of the transactions in hand are all kept:
     * they come again until they are stored. One thread at a time.
     */
    boolean refused(Map<String, String> whyById) {
        if (refusedEvents.keySet().containsAll(whyById.keySet())) {
            return false;
        }
        var isKept = refusedEvents.size() < REFUSED_MAX || refusedAt == commitLsn;
        refusedAt = commitLsn;
        var all = new HashMap<>(isKept ? refusedEvents : Map.<String, String>of());
        all.putAll(whyById);
        refusedEvents = Map.copyOf(all);
        return true;
    }

    /** How far the hub reaches by what this process has put into it; null before anything was. */
    @Nullable
    HubPosition inHub() {
        return inHub;
    }

    void inHub(HubPosition reach) {
        inHub = reach;
    }

    /** Every backfill ever asked for, as an engine saw them a moment ago; none before it begins, so on standby. */
    List<Backfill> backfills() {
        return backfills.stream().filter(each -> !each.isParity()).toList();
    }

    /** The same of parity runs. */
    List<Backfill> parities() {
        return backfills.stream().filter(Backfill::isParity).toList();
    }

    /** Backfills and parity runs, as they stand in line. */
    void backfills(List<Backfill> seen) {
        backfills = seen;
    }

    /** Transactions delivered since the process started. */
    public long transactions() {
        return transactions.get();
    }

    /** Changed rows delivered since the process started, backfilled rows not counted. */
    public long rows() {
        return rows.get();
    }

    /** Events acknowledged by the hub since the process started. */
    public long events() {
        return events.get();
    }

    /** Transactions that PostgreSQL sent again and that had been delivered completely. */
    public long repeatedTransactions() {
        return repeatedTransactions.get();
    }

    /** Events that were mapped again but were in the hub already. */
    public long suppressedEvents() {
        return suppressedEvents.get();
    }

    /** Rows that backfills have read and delivered. */
    public long backfillRows() {
        return backfillRows.get();
    }

    /** Rows that backfills have read of which a newer state had been delivered before. */
    public long backfillRowsDropped() {
        return backfillRowsDropped.get();
    }

    public long engineStarts() {
        return engineStarts.get();
    }

    public long hubFailures() {
        return hubFailures.get();
    }
}
