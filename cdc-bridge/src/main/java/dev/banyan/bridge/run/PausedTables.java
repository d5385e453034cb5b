package dev.banyan.bridge.run;

import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.EventMapper.Paused;
import dev.banyan.bridge.change.MappingFailed;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.engine.ShapeChanged;
import dev.banyan.bridge.engine.Shapes;
import dev.banyan.bridge.source.Source;
import dev.banyan.bridge.store.Pause;
import dev.banyan.bridge.store.Pauses;
import dev.banyan.bridge.store.StoredFaults;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tables that are paused while one engine runs, because they do not fit the mapping any more. */
final class PausedTables implements Shapes.Listener {

    /*
     * A table is paused between two engines, so that each parks from its first record on what the store says. While one does not fit, all tables of
     * its aggregate are read whole, for nobody knows which column of which of them the mapping will name: the one that is gone may have moved.
     * Once it fits, what it has parked goes first: until that is resubmitted its changes are parked still, but read by the mapping again.
     *
     * While there is a spool no pause is ended: rows of the old and of the new shape may lie in it, and only the pause tells where the old
     * mapping's end.
     */
    private static final Logger LOG = LoggerFactory.getLogger(PausedTables.class);

    private final Source source;
    private final Pauses stored;
    private final Map<TableId, String> shapes = new HashMap<>();
    private final Map<TableId, Paused> byTable = new HashMap<>();
    private final Set<TableId> misfits = new HashSet<>();
    private final Set<TableId> whole = new HashSet<>();

    private PausedTables(Source source, Pauses stored) {
        this.source = source;
        this.stored = stored;
    }

    /**
     * Those of {@code stored} that {@code source} does not fit, or of which something is parked; pauses that are over are ended, unless something
     * {@code isSpooled}.
     */
    static PausedTables of(Source source, Pauses stored, StoredFaults faults, boolean isSpooled, Progress progress) {
        var tables = new PausedTables(source, stored);
        var misfits = misfits(source, stored.all());
        if (!isSpooled) {
            over(stored.all(), misfits, faults).forEach(stored::end);
        }
        var told = stored.all().stream()
                .map(pause -> tables.add(pause, misfits.getOrDefault(pause.table(), "")))
                .toList();
        if (progress.paused(told)) {
            told.forEach(each -> LOG.warn("{}", each.text()));
        }
        return tables;
    }

    /** Those that a start would find in {@code stored}, where nothing is spooled, and those {@code met} since; nothing is stored, nor told. */
    static PausedTables preview(Source source, Pauses stored, List<Pause> met, StoredFaults faults) {
        var tables = new PausedTables(source, stored);
        var before = stored.all();
        var over = over(before, misfits(source, before), faults);
        var pauses = new ArrayList<>(before);
        pauses.removeIf(pause -> over.contains(pause.aggregate()));
        pauses.addAll(met);
        var misfits = misfits(source, pauses);
        pauses.forEach(pause -> tables.add(pause, misfits.getOrDefault(pause.table(), "")));
        return tables;
    }

    private static Map<TableId, String> misfits(Source source, List<Pause> pauses) {
        var shapes = source.shapes();
        var misfits = new HashMap<TableId, String>();
        for (var pause : pauses) {
            misfits.put(pause.table(), shapes.misfit(pause.table(), pause.shape()));
        }
        return misfits;
    }

    /** The aggregates of {@code pauses} that fit again, and of which nothing is parked. */
    private static Set<String> over(List<Pause> pauses, Map<TableId, String> misfits, StoredFaults faults) {
        return pauses.stream()
                .map(Pause::aggregate)
                .filter(aggregate -> faults.groupOfPaused(aggregate) == null
                        && pauses.stream()
                                .filter(other -> other.aggregate().equals(aggregate))
                                .allMatch(other ->
                                        misfits.getOrDefault(other.table(), "").isEmpty()))
                .collect(Collectors.toSet());
    }

    /**
     * Why some of what waits cannot go as {@code mapper} has it now, by the group that it is in: the mended mapping has tables in one aggregate that
     * were paused with several, and each of these has an order of its own. Empty when all can.
     */
    static Map<String, String> torn(EventMapper mapper, List<Pause> pauses, StoredFaults faults) {
        var names = new HashMap<TableId, Set<String>>();
        for (var pause : pauses) {
            if (faults.groupOfPaused(pause.aggregate()) != null) {
                pause.tables().forEach(table -> names.computeIfAbsent(table, _ -> new HashSet<>())
                        .add(pause.aggregate()));
            }
        }
        var why = new HashMap<String, String>();
        mapper.torn(names, faults).forEach((aggregate, torn) -> {
            for (var name : torn) {
                var group = faults.groupOfPaused(name);
                if (group != null) {
                    why.put(
                            group,
                            aggregate + ": " + torn + " wait each in an order of its own, and it has tables of all of"
                                    + " them (expected: leave out the table that has moved, or leave it where it was,"
                                    + " until events faults resubmit has sent what waits; then move and backfill it)");
                }
            }
        });
        return why;
    }

    /** Throws a {@link MappingFailed} if some of what waits cannot go as {@code mapper} has it now: {@link #torn}. */
    static void refuseTorn(EventMapper mapper, Pauses stored, StoredFaults faults) {
        for (var why : torn(mapper, stored.all(), faults).values()) {
            throw new MappingFailed(why);
        }
    }

    private Progress.PausedTable add(Pause pause, String misfit) {
        var paused = new Paused(pause.aggregate(), pause.since());
        pause.tables().forEach(table -> byTable.merge(table, paused, Paused::earlier));
        shapes.put(pause.table(), pause.shape());
        if (!misfit.isEmpty()) {
            misfits.add(pause.table());
            whole.addAll(pause.tables());
            source.table(pause.table()).map(Source.Table::parking).ifPresent(parking -> whole.addAll(parking.tables()));
        }
        return new Progress.PausedTable(pause, source.dbms().place(pause.since()), misfit);
    }

    /** Since when which table waits: the paused ones, and whatever belonged to their aggregates then. */
    Map<TableId, Paused> byTable() {
        return Map.copyOf(byTable);
    }

    /** Those that do not fit, whose rows may have any shape. */
    Set<TableId> misfits() {
        return Set.copyOf(misfits);
    }

    /** Those of which every column is read. */
    Set<TableId> whole() {
        return Set.copyOf(whole);
    }

    /** Pauses the table that has {@code changed} behind the position {@code since}; false where the bridge is to stop. */
    boolean begin(ShapeChanged changed, long since) {
        var parking = source.table(changed.table()).map(Source.Table::parking).orElse(null);
        if (parking == null) {
            return false;
        }
        stored.begin(
                changed.table(), name(parking, stored.all()), parking.tables(), since, changed.why(), changed.shape());
        return true;
    }

    /** What {@code parking} waits as, beside {@code pauses}: what waits has one order, also where a mended mapping has put more together. */
    static String name(Source.Parking parking, List<Pause> pauses) {
        return pauses.stream()
                .filter(pause -> !Collections.disjoint(pause.tables(), parking.tables()))
                .map(Pause::aggregate)
                .findFirst()
                .orElse(parking.aggregate());
    }

    @Override
    public void met(TableId table, String shape, String why) {
        if (!shape.equals(shapes.put(table, shape))) {
            stored.reshape(table, why.isEmpty() ? "it fits the mapping again" : why, shape);
        }
    }
}
