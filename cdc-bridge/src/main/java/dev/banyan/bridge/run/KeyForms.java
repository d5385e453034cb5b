package dev.banyan.bridge.run;

import static dev.banyan.bridge.change.EventMapper.ABOVE;
import static dev.banyan.bridge.change.EventMapper.KEY;
import static dev.banyan.bridge.change.EventMapper.NEXT;
import static dev.banyan.bridge.change.EventMapper.PLACE;
import static dev.banyan.bridge.change.EventMapper.UNPADDED;

import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.Faults.Waiting;
import dev.banyan.bridge.change.KeyText;
import dev.banyan.bridge.change.MappingFailed;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.Rekeying;
import dev.banyan.bridge.store.RememberedColumns.Known;
import dev.banyan.bridge.store.StoredFaults;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has rows that were remembered by a mapping with another key, or another form of it, be found by the one that is in force now. */
final class KeyForms {

    /*
     * What is remembered is found by the text of its key. A mapping that reads a key column as char, or has other key columns, makes another text of
     * the same row: that would be remembered beside itself, and be in its list twice for good. The rows have the columns, so each is put where the
     * mapping looks for it, before it looks.
     *
     * A row that lacks a column of its key has its value under the column's name of before if the column was renamed: then it is given it under the new one, too,
     * for a list is asked for the keys of all its rows. (The old name stays until the row is written anew: the mapping of before may come back.) If it is another
     * column, or the key has more of them or fewer, nobody knows where the row is to be found, and the start is refused. A column was renamed when it is gone, and
     * the new one has the number in the table that it had, and was not there before: each start notes what a table has, as long as its key is whole. Of a table of
     * which nothing is noted it is refused, too: what was taken for a new name might be a column whose values are others.
     */
    private static final Logger LOG = LoggerFactory.getLogger(KeyForms.class);

    /** A table whose rows are remembered in the form {@code before}; {@code at} is where the mapping says another. */
    private record Differing(TableId table, String before, String now, String at) {

        MappingFailed refused(String found, String expected) {
            return new MappingFailed(at + ": key of " + table + ": " + found + " (expected: " + expected + ")");
        }

        private static List<String> columns(String form) {
            return List.of(
                    own(form).substring(KEY.length()).replace(UNPADDED, "").split(NEXT));
        }

        /** False when the rows merely lie below other rows now, which {@link NewColumns} has them read for. */
        boolean isOfKeys() {
            return !own(before).equals(own(now)) || hasOneAbove();
        }

        private static String own(String form) {
            return form.substring(0, form.indexOf(ABOVE));
        }

        private boolean hasOneAbove() {
            return above(before).equals(above(now));
        }

        private static List<String> above(String form) {
            return List.of(form.substring(form.indexOf(ABOVE) + ABOVE.length())
                    .replace(UNPADDED, "")
                    .split(NEXT));
        }

        Rekeying.Place place(EventMapper mapper, Altered columns, Row row) {
            var place = place(mapper, row);
            var renamed = place == null ? place(mapper, renamed(columns, row)) : place;
            if (renamed == null) {
                throw refused(
                        columns(now) + ", and rows are remembered by " + columns(before) + " and without all of these",
                        "the key of before until a backfill has read those columns as fields");
            }
            return renamed;
        }

        private Rekeying.@Nullable Place place(EventMapper mapper, Row row) {
            var keys = mapper.keys(table, row);
            return keys == null
                    ? null
                    : new Rekeying.Place(
                            KeyText.of(keys.row()), hasOneAbove() ? KeyText.ofParent(keys.above()) : null, row);
        }

        /** {@code row} with what it has in columns of its key that were renamed, under their new names; as it is where others have taken their place. */
        private Row renamed(Altered columns, Row row) {
            var gone = new ArrayList<>(columns(before));
            gone.removeAll(columns(now));
            var come = new ArrayList<>(columns(now));
            come.removeAll(columns(before));
            if (gone.size() != come.size()
                    || !IntStream.range(0, come.size())
                            .allMatch(place -> columns.isRenamed(gone.get(place), come.get(place)))) {
                return row;
            }
            var values = new LinkedHashMap<String, @Nullable Object>(row.values());
            for (var place = 0; place < come.size(); place++) {
                values.putIfAbsent(come.get(place), row.get(gone.get(place)));
            }
            return new Row(values);
        }
    }

    /** The numbers of a table's columns, when its key of before was last there and now. */
    private record Altered(Map<String, Integer> before, Map<String, Integer> now) {

        boolean isRenamed(String gone, String come) {
            var number = before.get(gone);
            return number != null
                    && number.equals(now.get(come))
                    && !now.containsKey(gone)
                    && !before.containsKey(come);
        }
    }

    /** Asks for the numbers of the columns that the tables have in the legacy database, by name. */
    @FunctionalInterface
    interface Columns {
        Map<TableId, Map<String, Integer>> byTable() throws SQLException;
    }

    private KeyForms() {}

    /** Puts what is remembered where {@code mapper} looks for it; throws {@link MappingFailed} when that cannot be. */
    static void atStart(EventMapper mapper, BridgeStore store, Columns columns) throws SQLException {
        var columnsByTable = columns.byTable();
        move(mapper, store, columnsByTable);
        note(mapper.remembers(), store, columnsByTable);
    }

    private static void move(EventMapper mapper, BridgeStore store, Map<TableId, Map<String, Integer>> columnsByTable) {
        var remembers = mapper.remembers();
        var stored = store.remembered().all();
        var differing = differing(remembers, stored);
        var position = store.position();
        if (differing.isEmpty() || position.isEmpty()) {
            return;
        }
        var known = new LinkedHashMap<TableId, Known>();
        var numbers = store.remembered().numbers();
        try (var session = store.session()) {
            for (var each : differing) {
                refuseParked(each, remembers.getOrDefault(each.table, Map.of()).keySet(), session.faults());
            }
            for (var each : differing) {
                var altered = new Altered(
                        numbers.getOrDefault(each.table, Map.of()), columnsByTable.getOrDefault(each.table, Map.of()));
                var count = session.rekey(each.table, row -> each.place(mapper, altered, row));
                LOG.warn(
                        "{}: has another key in the mapping; {} remembered rows are found by it now, and subjects and ids are made of it",
                        each.table,
                        count);
                known.put(each.table, inForm(stored.get(each.table), each.now));
            }
            session.commit(position.get());
            session.force();
        }
        store.remembered().put(known);
    }

    /** Notes which columns the tables have whose keys are whole. */
    private static void note(
            Map<TableId, Map<String, String>> remembers,
            BridgeStore store,
            Map<TableId, Map<String, Integer>> columnsByTable) {
        var numbers = store.remembered().numbers();
        var changed = new LinkedHashMap<TableId, Map<String, Integer>>();
        remembers.forEach((table, names) -> {
            var form = form(names.keySet());
            var there = columnsByTable.getOrDefault(table, Map.of());
            if (form != null
                    && there.keySet().containsAll(Differing.columns(form))
                    && !there.equals(numbers.get(table))) {
                changed.put(table, there);
            }
        });
        store.remembered().putNumbers(changed);
    }

    /** Why what waits cannot be sent before the bridge was started with the mapping of {@code mapper}; null when it can. */
    static @Nullable String another(EventMapper mapper, BridgeStore store) {
        return differing(mapper.remembers(), store.remembered().all()).stream()
                .map(each -> each.refused(
                                "another one than rows are remembered by",
                                "the mapping of before, or first a start of the bridge with this one")
                        .getMessage())
                .findFirst()
                .orElse(null);
    }

    private static Collection<Differing> differing(
            Map<TableId, Map<String, String>> remembers, Map<TableId, Known> stored) {
        var differing = new LinkedHashMap<TableId, Differing>();
        remembers.forEach((table, names) -> {
            var known = stored.get(table);
            var before = known == null ? null : form(known.columns());
            var now = form(names.keySet());
            if (before != null && now != null && !before.equals(now)) {
                differing.put(table, new Differing(table, before, now, names.getOrDefault(now, "mapping")));
            }
        });
        differing.values().removeIf(each -> !each.isOfKeys());
        return differing.values();
    }

    private static @Nullable String form(Set<String> names) {
        return names.stream().filter(name -> name.startsWith(KEY)).findFirst().orElse(null);
    }

    private static Known inForm(@Nullable Known known, String form) {
        var before = known == null ? new Known(Set.of(), Set.of(), 0) : known;
        return new Known(inForm(before.columns(), form), inForm(before.awaited(), form), before.askedAtMs());
    }

    private static Set<String> inForm(Set<String> names, String form) {
        var changed = new HashSet<>(names);
        if (changed.removeIf(name -> name.startsWith(KEY))) {
            changed.add(form);
        }
        return changed;
    }

    /** What is parked waits by the text of its key, and what comes later would not find it there. */
    private static void refuseParked(Differing table, Set<String> names, StoredFaults faults) {
        for (var name : names) {
            var end = name.indexOf('.');
            var aggregate = !name.startsWith(PLACE) || name.equals(PLACE)
                    ? ""
                    : name.substring(PLACE.length(), end < 0 ? name.length() : end);
            var ofPause = faults.isWaiting(new Waiting(aggregate, KeyText.NONE)) ? 1 : 0;
            var parked = faults.waiting(aggregate)
                    - ofPause
                    + faults.waiting(Waiting.row(aggregate, table.table, "").aggregate());
            if (parked > 0) {
                throw table.refused(
                        parked + " of " + aggregate + " are parked by the key of before",
                        "none: events faults resubmit --all --send with the mapping of before");
            }
        }
    }
}
