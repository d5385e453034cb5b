package dev.banyan.bridge.run;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.run.Progress.State;
import dev.banyan.bridge.store.Backfill;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What those who watch a bridge want to know, each for another decision. */
final class Health {

    private Health() {}

    private static final Set<State> LIVE = EnumSet.complementOf(EnumSet.of(State.REFUSED, State.STOPPED));
    private static final Set<State> READY = EnumSet.of(State.STREAMING, State.CATCHING_UP, State.SPOOLING);

    /** A question to the bridge. */
    enum Group {
        /** Whether starting the process anew would be no use. */
        LIVENESS,
        /** Whether it reads the log, so that nothing gets lost: not while it stands by. */
        READINESS,
        /** Whether the hub has all there is, so that somebody may rely on it for a step of the migration. */
        MIGRATION;

        /** What is missing for a yes; empty when nothing is. */
        List<String> missing(Progress progress, List<Backfill> backfills) {
            return switch (this) {
                case LIVENESS -> state(progress, LIVE);
                case READINESS -> state(progress, READY);
                case MIGRATION -> migration(progress, backfills);
            };
        }
    }

    /** True while events get on to the hub. */
    static boolean isFlowing(Progress progress) {
        return progress.state() == State.STREAMING || progress.state() == State.CATCHING_UP;
    }

    private static List<String> state(Progress progress, Set<State> wanted) {
        var state = progress.state();
        return wanted.contains(state)
                ? List.of()
                : List.of("state: " + state.name().toLowerCase(Locale.ROOT));
    }

    private static List<String> migration(Progress progress, List<Backfill> backfills) {
        var missing = new ArrayList<>(state(progress, EnumSet.of(State.STREAMING)));
        for (var i = 0; i < backfills.size(); i++) {
            missing.addAll(missing(backfills.get(i), backfills.subList(i + 1, backfills.size())));
        }
        progress.pausedTables().forEach(paused -> missing.add(paused.text()));
        if (progress.waitingAggregates() > 0) {
            missing.add("parked: " + progress.waitingAggregates() + " aggregates");
        }
        if (progress.spoolBytes() > 0) {
            missing.add("spool: " + progress.spoolBytes() + " bytes");
        }
        if (progress.lagMillis().isEmpty()) {
            missing.add("lag: not known");
        }
        return List.copyOf(missing);
    }

    /** What is missing of {@code backfill}; one that was cancelled is made good by {@code later} ones that read its tables. */
    private static List<String> missing(Backfill backfill, List<Backfill> later) {
        return switch (backfill.state()) {
            case DONE -> List.of();
            case REQUESTED, RUNNING ->
                List.of("backfill " + backfill.id() + ": " + backfill.word() + ", " + backfill.rowsRead() + " rows read"
                        + (backfill.failure() == null
                                ? ""
                                : "; " + backfill.failure().why()));
            case CANCELLED ->
                backfill.tables().stream()
                        .filter(table -> table.reading() != Backfill.Reading.READ)
                        .map(Backfill.Table::id)
                        .filter(table -> later.stream().noneMatch(each -> hasRead(each, table)))
                        .map(table -> "backfill " + backfill.id() + ": cancelled before " + table + " was read")
                        .toList();
        };
    }

    private static boolean hasRead(Backfill backfill, TableId table) {
        return backfill.tables().stream()
                .anyMatch(each -> each.id().equals(table)
                        && (each.reading() == Backfill.Reading.READ || backfill.state() == Backfill.State.DONE));
    }
}
