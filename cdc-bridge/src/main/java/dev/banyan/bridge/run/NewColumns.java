package dev.banyan.bridge.run;

import static dev.banyan.bridge.change.EventMapper.KEY;
import static dev.banyan.bridge.change.EventMapper.PLACE;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.RememberedColumns.Known;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has what a mapping reads for the first time read of the rows that are there: tables, and columns that rows are remembered without. */
public final class NewColumns {

    /*
     * A remembered row has the columns of the mapping that it was written by. What it lacks is not known, and until it is, its aggregate has no
     * event that would need it; so a backfill of the table is asked for at the first start that misses a column. It counts as read when a backfill
     * of the table is done that was asked for then or later, whoever asked: all who ran since read that column.
     *
     * A store of before says nothing of its rows. One of them is looked at, as if all were like it; what another lacks is unknown all the same.
     *
     * A table that is new in the mapping lacks all of it. So does one whose place there is new (a root, or a list below other rows): its rows are
     * remembered without what that place needs, or are told by no event of that aggregate. The first start with a store asks for nothing: it has its
     * own setting.
     *
     * Rows that are remembered as a list already, by the same columns, would be nothing new to a backfill that read them again for another list. What
     * lacks then are events of the roots with that list, so it is the root's table that lacks the place, until that has been read.
     */
    private static final Logger LOG = LoggerFactory.getLogger(NewColumns.class);

    /** Stands in a list's place before the columns that hold the key of the row above. */
    private static final String BY = " by ";

    private static final Known NOTHING = new Known(Set.of(), Set.of(), 0);

    private final BridgeStore store;
    private final AggregateImages images;
    private final List<Backfill> backfills;
    private final Map<TableId, Known> stored;
    private final Map<TableId, Known> known;
    private final Map<TableId, Known> next = new HashMap<>();
    private final Map<TableId, Set<String>> lacking = new LinkedHashMap<>();

    private NewColumns(Map<TableId, Map<String, String>> wanted, BridgeStore store, AggregateImages images) {
        this.store = store;
        this.images = images;
        this.backfills = store.backfills().all();
        this.stored = store.remembered().all();
        this.known = known(wanted, stored);
    }

    /** The same as {@link #see} for a start: what it leaves out is not kept up to date from now on, so that it is new when it comes back. */
    static void atStart(Map<TableId, Map<String, String>> wanted, BridgeStore store, AggregateImages images) {
        see(wanted, store, images); // first: that the store knows of other tables says that this is not its first start
        store.remembered().forgetAllBut(wanted.keySet());
    }

    /**
     * By table of {@code wanted} what a start would ask a backfill for that none of {@code backfills} is to read or has read, in words; {@code stored} is what
     * the store knows.
     */
    public static Map<TableId, String> unread(
            Map<TableId, Map<String, String>> wanted, Map<TableId, Known> stored, List<Backfill> backfills) {
        var known = known(wanted, stored);
        var unread = new LinkedHashMap<TableId, String>();
        ofRoots(wanted, known).forEach((table, names) -> {
            var before = before(table, names.keySet(), known);
            if (before == null) {
                return;
            }
            var missing = new TreeSet<>(names.keySet());
            missing.removeAll(there(table, names, before, backfills));
            if (!missing.isEmpty() && reading(table, names, before, backfills).isEmpty()) {
                unread.put(table, words(missing));
            }
        });
        return unread;
    }

    /** {@code wanted}, but for each list of rows that are remembered as such a list already it is the table of its root that wants the place. */
    private static Map<TableId, Map<String, String>> ofRoots(
            Map<TableId, Map<String, String>> wanted, Map<TableId, Known> known) {
        var ofRoots = new LinkedHashMap<TableId, Map<String, String>>();
        wanted.forEach((table, names) -> ofRoots.put(table, new HashMap<>(names)));
        wanted.forEach((table, names) -> {
            var before = before(table, names.keySet(), known);
            if (before == null) {
                return;
            }
            var there = names(before);
            for (var place : names.keySet()) {
                var root = there.contains(place) ? null : root(place, wanted);
                if (root != null
                        && (there.stream().anyMatch(other -> isSameList(place, other))
                                || known.getOrDefault(root, NOTHING).awaited().contains(place))) {
                    ofRoots.getOrDefault(table, new HashMap<>()).remove(place);
                    ofRoots.getOrDefault(root, new HashMap<>()).put(place, place);
                }
            }
        });
        return ofRoots;
    }

    /** {@code stored}, but a list's place that its root's table has been read for is the list's own. */
    private static Map<TableId, Known> known(Map<TableId, Map<String, String>> wanted, Map<TableId, Known> stored) {
        var known = new HashMap<>(stored);
        wanted.forEach((table, names) -> names.keySet().forEach(place -> {
            var root = root(place, wanted);
            if (root != null && stored.getOrDefault(root, NOTHING).columns().contains(place)) {
                known.computeIfPresent(table, (_, its) -> its.with(place));
            }
        }));
        return known;
    }

    /** What the rows have, or will have when they have been read. */
    private static Set<String> names(Known known) {
        var names = new HashSet<>(known.columns());
        names.addAll(known.awaited());
        return names;
    }

    /** The table of the root of the list that is {@code place}; null of what is no list's. */
    private static @Nullable TableId root(String place, Map<TableId, Map<String, String>> wanted) {
        var dot = place.indexOf('.');
        return !isPlace(place) || dot < 0
                ? null
                : wanted.keySet().stream()
                        .filter(table -> wanted.getOrDefault(table, Map.of()).containsKey(place.substring(0, dot)))
                        .findFirst()
                        .orElse(null);
    }

    private static boolean isSameList(String place, String other) {
        var by = place.lastIndexOf(BY);
        return isPlace(other) && by >= 0 && other.endsWith(place.substring(by));
    }

    /** What is known of the rows of {@code table}, seen with the names {@code wanted}; null when that is to be seen of a row. */
    private static @Nullable Known before(TableId table, Set<String> wanted, Map<TableId, Known> known) {
        var before = known.get(table);
        if (before == null) {
            return known.isEmpty() ? null : withForm(new Known(Set.of(PLACE), Set.of(), 0), wanted);
        }
        return withForm(
                before.columns().stream().anyMatch(NewColumns::isPlace) ? before : withPlaces(before, wanted), wanted);
    }

    /** {@code before} with the form of keys that {@code wanted} has: {@link KeyForms} has seen to it. */
    private static Known withForm(Known before, Set<String> wanted) {
        return like(before, wanted, name -> name.startsWith(KEY));
    }

    /** {@code before}, of a store that did not know places: they are taken to be those of {@code wanted}. */
    private static Known withPlaces(Known before, Set<String> wanted) {
        return like(before, wanted, NewColumns::isPlace);
    }

    /** {@code before}, but of {@code which} names it has those of {@code wanted}. */
    private static Known like(Known before, Set<String> wanted, Predicate<String> which) {
        var awaited = before.awaited().isEmpty() ? before.awaited() : like(before.awaited(), wanted, which);
        return new Known(like(before.columns(), wanted, which), awaited, before.askedAtMs());
    }

    private static Set<String> like(Set<String> names, Set<String> wanted, Predicate<String> which) {
        return Stream.concat(
                        names.stream().filter(which.negate()), wanted.stream().filter(which))
                .collect(Collectors.toSet());
    }

    private static boolean isPlace(String name) {
        return name.startsWith(PLACE);
    }

    /** What rows lack, for people. */
    private static String words(Set<String> missing) {
        var columns = missing.stream()
                .filter(name -> !isPlace(name))
                .map(name -> name.replace("\1", " as "))
                .toList();
        var places = missing.stream()
                .filter(NewColumns::isPlace)
                .map(name -> name.substring(PLACE.length()))
                .toList();
        return places.isEmpty()
                ? "rows are remembered without " + columns + ", which the mapping reads now"
                : "new in the mapping as " + String.join("; ", places);
    }

    /**
     * Asks for a backfill of each table of {@code wanted} whose remembered rows lack a column, unless one is asked for; of each column {@code
     * wanted} has the name that {@code images} call it, and that of the table.
     */
    static void see(Map<TableId, Map<String, String>> wanted, BridgeStore store, AggregateImages images) {
        var columns = new NewColumns(wanted, store, images);
        var ofRoots = ofRoots(wanted, columns.known);
        ofRoots.forEach(columns::see);
        columns.ask(ofRoots);
    }

    private void see(TableId table, Map<String, String> wanted) {
        var before = before(table, wanted.keySet(), known);
        if (before == null) {
            var row = images.any(table);
            before = row == null
                    ? new Known(wanted.keySet(), Set.of(), 0)
                    : withForm(
                            withPlaces(new Known(row.values().keySet(), Set.of(), 0), wanted.keySet()),
                            wanted.keySet());
        }
        var there = there(table, wanted, before, backfills);
        if (there.equals(wanted.keySet())) {
            keep(table, new Known(there, Set.of(), 0));
            return;
        }
        var missing = new TreeSet<>(wanted.keySet());
        missing.removeAll(there);
        lacking.put(table, missing);
        var read = reading(table, wanted, before, backfills);
        keep(
                table,
                new Known(
                        there,
                        read.isPresent() ? wanted.keySet() : Set.of(),
                        read.map(Backfill::requestedAtMs).orElse(0L)));
    }

    /** What of {@code wanted} all rows of {@code table} have, of which {@code before} is known. */
    private static Set<String> there(
            TableId table, Map<String, String> wanted, Known before, List<Backfill> backfills) {
        var columns = new HashSet<>(before.columns());
        if (backfills.stream()
                .anyMatch(backfill ->
                        backfill.state() == Backfill.State.DONE && reads(backfill, table, before.askedAtMs()))) {
            columns.addAll(before.awaited());
        }
        return supplied(wanted, columns);
    }

    /** The backfill that is to read what of {@code wanted} rows of {@code table} lack. */
    private static Optional<Backfill> reading(
            TableId table, Map<String, String> wanted, Known before, List<Backfill> backfills) {
        var isAwaited = supplied(wanted, before.awaited()).equals(wanted.keySet());
        return backfills.stream()
                .filter(backfill -> isUnderWay(backfill)
                        && ((isAwaited && reads(backfill, table, before.askedAtMs())) || isUnbegun(backfill, table)))
                .findFirst();
    }

    /** The columns of {@code wanted} that rows with {@code columns} have, or have in clear, which becomes whatever is wanted. */
    private static Set<String> supplied(Map<String, String> wanted, Set<String> columns) {
        return wanted.keySet().stream()
                .filter(name -> columns.contains(name) || columns.contains(wanted.get(name)))
                .collect(Collectors.toSet());
    }

    private static boolean reads(Backfill backfill, TableId table, long askedAtMs) {
        return backfill.requestedAtMs() >= askedAtMs
                && backfill.tables().stream().anyMatch(each -> each.id().equals(table));
    }

    private static boolean isUnderWay(Backfill backfill) {
        return !backfill.isOver() && backfill.wish() != Backfill.Wish.CANCEL;
    }

    /** True when all that {@code backfill} reads of {@code table} it reads from now on. */
    private static boolean isUnbegun(Backfill backfill, TableId table) {
        return backfill.state() == Backfill.State.REQUESTED
                && backfill.tables().stream()
                        .anyMatch(each -> each.id().equals(table) && each.reading() == Backfill.Reading.WAITING);
    }

    private void keep(TableId table, Known columns) {
        if (!columns.equals(stored.get(table))) {
            next.put(table, columns);
        }
    }

    /** Asks for what is missing and not asked for. What rows will lack is written before any is written without it. */
    private void ask(Map<TableId, Map<String, String>> wanted) {
        store.remembered().put(next);
        var paused = new HashSet<TableId>();
        store.pauses().all().forEach(pause -> paused.addAll(pause.tables()));
        var toAsk = lacking.keySet().stream()
                .filter(table -> now(table).awaited().isEmpty() && !paused.contains(table))
                .toList();
        if (!toAsk.isEmpty()) {
            var asked = store.backfills().request(toAsk);
            store.remembered()
                    .put(toAsk.stream()
                            .collect(Collectors.toMap(
                                    table -> table,
                                    table -> new Known(
                                            now(table).columns(),
                                            wanted.getOrDefault(table, Map.of()).keySet(),
                                            asked.requestedAtMs()))));
        }
        lacking.forEach((table, missing) -> LOG.warn(
                "{}: {}; what needs it has no event before {}",
                table,
                words(missing),
                paused.contains(table)
                        ? "the table is no longer paused, and started anew a backfill has read it"
                        : "a backfill has read it: bridge backfill ls"));
    }

    private Known now(TableId table) {
        return next.getOrDefault(table, known.getOrDefault(table, NOTHING));
    }
}
