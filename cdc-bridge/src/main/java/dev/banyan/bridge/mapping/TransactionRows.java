package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rows one transaction touches, as they were at its start and as they are now, over the remembered rows it does not touch. Nothing is
 * written before {@link #write}, so that a transaction which cannot be mapped leaves no trace.
 */
final class TransactionRows {

    /** Rows that one TRUNCATE may remove; each becomes an event. */
    static final int TRUNCATED_ROWS_MAX = 200_000;

    /** Rows of lists that are kept beyond the aggregate they were read for. */
    private static final int CHILDREN_IN_MEMORY_MAX = 20_000;

    /** When a row is looked at. */
    enum Moment {
        /** As it was remembered, or as the log says that it was. */
        KNOWN,
        /** At the start of the transaction: as a backfill found it before the log changed it, else as it was known. */
        START,
        /** At the end of the transaction. */
        END
    }

    /** One key of one table, and the rows it has had in this transaction. */
    static final class Slot {

        private final TablePlan table;
        private final List<Object> key;

        /** The row as it stands in the images. */
        private final @Nullable Row stored;

        /** The row at the start of the transaction; null when there was none, or when {@link #unseen}. */
        private @Nullable Row before;

        /** The row as a backfill read it, where that is other than {@code before} and the log had not changed it yet. */
        private @Nullable Row found;

        private @Nullable Row after;

        /** There was a row at the start, but nobody has seen it: it was changed before a backfill read it. */
        private boolean unseen;

        /** The row at the start is known from the log alone: no event has told of it. */
        private boolean untold;

        /** The key that today's row had at the start; null for a new row. */
        private @Nullable List<Object> origin;

        /** A backfill read the row: it may lie under the parent that an earlier mapping gave it. */
        private boolean read;

        /** The log changed the row: not all that is other of it was read. */
        private boolean live;

        /** The row of the start lives under another key now. */
        private boolean moved;

        /** The row by which the log named the key; of it the columns of the key are there. */
        private @Nullable Row named;

        private Slot(TablePlan table, List<Object> key, @Nullable Row stored, @Nullable Row remembered) {
            this.table = table;
            this.key = key;
            this.stored = stored;
            this.before = remembered;
            this.after = remembered;
            this.origin = stored == null ? null : key;
        }

        List<Object> key() {
            return key;
        }

        @Nullable
        Row at(Moment moment) {
            return switch (moment) {
                case KNOWN -> before;
                case START -> found == null ? before : found;
                case END -> after;
            };
        }

        /** A row with the key as it is written at {@code moment}, as far as anybody knows of one. */
        @Nullable
        Row written(Moment moment) {
            var row = at(moment);
            return row == null ? named : row;
        }

        /** True when nobody knows how the row was that was here at the start. */
        boolean isUnseen() {
            return unseen;
        }

        boolean existed() {
            return at(Moment.START) != null || unseen;
        }

        /** A backfill read it, as it is now. */
        private void found() {
            found = after == null || after.equals(before) ? null : after;
            origin = key;
        }

        /** The key whose row at the start is this row now; null when this row is new. */
        @Nullable
        List<Object> origin() {
            // Deleted and inserted again is a change of the same thing, unless that thing was renumbered meanwhile.
            return origin == null && existed() && !moved ? key : origin;
        }
    }

    /** Told of each row that changes, in order. */
    interface Listener {
        void rootTouched(TableId table, List<Object> key, boolean backfill);

        void childTouched(TableId table, List<Object> parent, boolean backfill);

        /** A row of this aggregate, of its root or its lists, was there before and no event has told of it. */
        void untold(TableId table, List<Object> key, List<Object> parent);
    }

    private final AggregateImages images;
    private final Redactor redactor;
    private final Listener listener;
    private final Map<TableId, Map<List<Object>, Slot>> slotsByTable = new LinkedHashMap<>();
    private final Map<TableId, Map<List<Object>, Set<Slot>>> slotsByParent = new HashMap<>();
    private final Map<TableId, Map<List<Object>, List<Row>>> storedChildren = new HashMap<>();
    private final Set<TableId> truncated = new LinkedHashSet<>();
    private long childrenInMemory;

    TransactionRows(AggregateImages images, Redactor redactor, Listener listener) {
        this.images = images;
        this.redactor = redactor;
        this.listener = listener;
    }

    void apply(TablePlan table, Change change) {
        switch (change) {
            case Change.Inserted(var _, var row) -> put(slot(table, table.key(row)), row, false);
            case Change.Read(var _, var row) -> put(slot(table, table.key(row)), row, true);
            case Change.Updated(var _, var before, var row) -> update(table, before, row);
            case Change.Deleted(var _, var row) -> {
                var slot = slot(table, table.key(row));
                seen(slot, row);
                delete(slot);
            }
            case Change.Truncated(var _) -> truncate(table);
        }
    }

    /** What is known of the row under {@code key}. */
    Slot slot(TablePlan table, List<Object> key) {
        return slotsByTable
                .computeIfAbsent(table.id(), _ -> new LinkedHashMap<>())
                .computeIfAbsent(key, _ -> {
                    var stored = images.get(table.id(), key);
                    var slot = new Slot(table, key, stored, table.remembered(stored, redactor));
                    index(slot, slot.before);
                    return slot;
                });
    }

    /** The same of a row that the transaction, or who mapped it so far, has looked at; null for another. */
    @Nullable
    Slot known(TablePlan table, List<Object> key) {
        return slotsByTable.getOrDefault(table.id(), Map.of()).get(key);
    }

    /**
     * The rows of {@code table} that belong to the row above, {@code parent}, at {@code moment}. The same list each time
     * when the transaction touched none of them.
     */
    List<Row> children(TablePlan table, List<Object> parent, Moment moment) {
        var stored = storedChildren
                .computeIfAbsent(table.id(), _ -> new HashMap<>())
                .computeIfAbsent(parent, _ -> storedChildren(table, parent));
        var touched = slotsByParent.getOrDefault(table.id(), Map.of()).get(parent);
        if (touched == null) {
            return stored;
        }
        var rows = new ArrayList<Row>(stored.size() + touched.size());
        var slots = slotsByTable.getOrDefault(table.id(), Map.of());
        for (var row : stored) {
            if (!slots.containsKey(table.key(row))) {
                rows.add(row);
            }
        }
        for (var slot : touched) {
            var row = slot.at(moment);
            if (row != null && table.parent(row).equals(parent)) {
                rows.add(row);
            }
        }
        return rows;
    }

    /** Forgets the rows of lists that were read of the images, where they are many: they are read again where they are asked for again. */
    void release() {
        if (childrenInMemory > CHILDREN_IN_MEMORY_MAX) {
            storedChildren.clear();
            childrenInMemory = 0;
        }
    }

    /** Says that the rows of {@code table} with each of {@code parents} are asked for next. */
    void expect(TablePlan table, Collection<List<Object>> parents) {
        var known = storedChildren.getOrDefault(table.id(), Map.of());
        if (parents.stream().anyMatch(parent -> !known.containsKey(parent))) {
            images.expect(() -> Map.of(table.id(), new AggregateImages.Keys(Set.of(), new LinkedHashSet<>(parents))));
        }
    }

    private List<Row> storedChildren(TablePlan table, List<Object> parent) {
        var stored = images.children(table.id(), parent);
        var rows = new ArrayList<Row>(stored.size());
        for (var row : stored) {
            rows.add(Objects.requireNonNull(table.remembered(row, redactor)));
        }
        childrenInMemory += rows.size();
        return rows;
    }

    /** Brings the images forward to the end of the transaction. */
    void write() {
        truncated.forEach(images::clear);
        for (var slots : slotsByTable.values()) {
            for (var slot : slots.values()) {
                var isCleared = truncated.contains(slot.table.id());
                if (slot.after == null) {
                    if (slot.stored != null && !isCleared) {
                        images.remove(slot.table.id(), slot.key);
                    }
                    continue;
                }
                var row = slot.table.kept(slot.after);
                if (isCleared || slot.read || !row.equals(slot.stored)) {
                    images.put(slot.table.id(), slot.key, row, slot.table.parent(slot.after));
                }
            }
        }
    }

    private void update(TablePlan table, @Nullable Row before, Row row) {
        var key = table.key(row);
        var oldKey = before != null && table.hasKey(before) ? table.key(before) : key;
        var old = slot(table, oldKey);
        seen(old, before);
        if (oldKey.equals(key)) {
            put(old, row, false);
        } else {
            rename(old, slot(table, key), row);
        }
    }

    private void put(Slot slot, Row row, boolean backfill) {
        var previous = slot.after;
        slot.named = row;
        slot.after = slot.table.image(row, previous == null ? slot.before : previous, redactor);
        slot.read |= backfill;
        slot.live |= !backfill;
        if (!slot.live) {
            slot.found();
        }
        index(slot, slot.after);
        touched(slot, slot.after, backfill);
        touched(slot, previous, backfill);
    }

    private void rename(Slot from, Slot to, Row row) {
        var previous = from.after;
        var overwritten = to.after;
        to.named = row;
        to.after = to.table.image(row, previous == null ? from.before : previous, redactor);
        to.origin = from.origin == null ? (from.existed() && !from.moved ? from.key : null) : from.origin;
        from.after = null;
        from.origin = null;
        from.live = true;
        to.live = true;
        if (to.origin != null) {
            slot(from.table, to.origin).moved = !to.origin.equals(to.key);
        }
        index(to, to.after);
        touched(to, to.after, false);
        touched(to, overwritten, false);
        touched(from, previous, false);
    }

    private void delete(Slot slot) {
        var previous = slot.after;
        slot.after = null;
        slot.origin = null;
        slot.live = true;
        touched(slot, previous == null ? slot.before : previous, false);
    }

    private void truncate(TablePlan table) {
        // Counted first: many more than are allowed do not fit into memory.
        if (images.count(table.id(), TRUNCATED_ROWS_MAX + 1) > TRUNCATED_ROWS_MAX) {
            throw new UnmappableException(
                    table.id(), "truncate", "more than " + TRUNCATED_ROWS_MAX + " rows at once", "no more");
        }
        images.all(table.id()).forEach(row -> slot(table, table.key(row)));
        slotsByTable.getOrDefault(table.id(), Map.of()).values().stream()
                .filter(slot -> slot.after != null)
                .sorted(Comparator.comparing(slot -> slot.key, TransactionRows::compare))
                .toList()
                .forEach(this::delete);
        truncated.add(table.id());
    }

    /** Learns the row at the start from the log, where no image had it, or lacks some of it. */
    private void seen(Slot slot, @Nullable Row before) {
        slot.named = before == null ? slot.named : before;
        if (slot.before != null && slot.before.equals(slot.after)) { // so it is the first change of the row
            if (before != null && TablePlan.lacks(slot.before) && slot.table.isWhole(before)) {
                slot.before = slot.table.completed(slot.before, before, redactor);
                slot.after = slot.before;
                index(slot, slot.before);
            }
            return;
        }
        if (slot.existed() || slot.after != null || slot.origin != null) {
            return;
        }
        if (before != null && slot.table.isWhole(before)) {
            slot.before = slot.table.image(before, null, redactor);
            slot.after = slot.before;
            slot.untold = true;
            index(slot, slot.before);
        } else {
            slot.unseen = true;
        }
        slot.origin = slot.key;
    }

    private void touched(Slot slot, @Nullable Row row, boolean backfill) {
        listener.rootTouched(slot.table.id(), slot.key, backfill);
        var parent = slot.table.parent(row);
        if (!parent.isEmpty()) {
            listener.childTouched(slot.table.id(), parent, backfill);
        }
        if (slot.untold) {
            listener.untold(slot.table.id(), slot.key, parent);
        }
    }

    private void index(Slot slot, @Nullable Row row) {
        var parent = slot.table.parent(row);
        if (!parent.isEmpty()) {
            slotsByParent
                    .computeIfAbsent(slot.table.id(), _ -> new HashMap<>())
                    .computeIfAbsent(parent, _ -> new LinkedHashSet<>())
                    .add(slot);
        }
    }

    /** Orders keys by their values, numbers as numbers. */
    static int compare(List<Object> a, List<Object> b) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            var order = compare(a.get(i), b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    private static int compare(Object a, Object b) {
        if (a instanceof Long left && b instanceof Long right) {
            return Long.compare(left, right);
        }
        return isExact(a) && isExact(b)
                ? decimal(a).compareTo(decimal(b))
                : a.toString().compareTo(b.toString());
    }

    private static boolean isExact(Object value) {
        return value instanceof Long || value instanceof BigDecimal;
    }

    private static BigDecimal decimal(Object number) {
        return number instanceof BigDecimal decimal ? decimal : BigDecimal.valueOf((Long) number);
    }
}
