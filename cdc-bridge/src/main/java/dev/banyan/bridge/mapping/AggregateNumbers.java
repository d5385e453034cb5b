package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.KeyText;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A number for each row and each aggregate that changes touch; that of an aggregate is its root row's. Used by one thread. */
final class AggregateNumbers {

    private final Plans plans;
    private final MessageDigest sha1;

    AggregateNumbers(Plans plans) {
        this.plans = plans;
        try {
            sha1 = MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-1, which every Java has, is missing", e);
        }
    }

    /**
     * Those of {@code change}, the first of which hangs on it alone. {@code images} have the row before where the log does not, and where it is
     * another than the log's: one that was removed or moved while nobody read the log was of another aggregate, of which it goes now.
     */
    List<Long> of(Change change, AggregateImages images) {
        var numbers = new ArrayList<Long>(4);
        var table = plans.table(change.table());
        if (table == null) {
            return numbers;
        }
        var rows = rows(change);
        rows.forEach(row -> add(table, row, images, numbers));
        if (plans.listsOf(table.id()).isEmpty()) {
            return numbers;
        }
        for (var row : rows) {
            var remembered = table.hasKey(row) ? images.get(table.id(), table.key(row)) : null;
            if (remembered != null && !hasParent(table, rows, table.parent(remembered))) {
                add(table, remembered, images, numbers);
            }
        }
        return numbers;
    }

    private static List<Row> rows(Change change) {
        return switch (change) {
            case Change.Inserted(var _, var after) -> List.of(after);
            case Change.Read(var _, var after) -> List.of(after);
            case Change.Updated(var _, var before, var after) ->
                before == null ? List.of(after) : List.of(before, after);
            case Change.Deleted(var _, var before) -> List.of(before);
            case Change.Truncated _ ->
                throw new IllegalArgumentException("a truncation, which belongs to all of a table");
        };
    }

    private static boolean hasParent(TablePlan table, List<Row> rows, List<Object> parent) {
        return rows.stream().anyMatch(row -> table.parent(row).equals(parent));
    }

    /** The rows that {@link #of} asks for, of {@code changes}. */
    Map<TableId, AggregateImages.Keys> asked(List<Change> changes) {
        var keys = new HashMap<TableId, AggregateImages.Keys>();
        for (var change : changes) {
            var table = plans.table(change.table());
            if (table == null || plans.listsOf(table.id()).isEmpty() || change instanceof Change.Truncated) {
                continue;
            }
            for (var row : rows(change)) {
                if (table.hasKey(row)) {
                    asked(table, table.key(row), keys);
                }
                var above = table.parent(row);
                for (var list : plans.listsOf(table.id())) {
                    list.above().filter(_ -> !above.isEmpty()).ifPresent(each -> asked(each.table(), above, keys));
                }
            }
        }
        return keys;
    }

    private static void asked(TablePlan table, List<Object> key, Map<TableId, AggregateImages.Keys> keys) {
        keys.computeIfAbsent(table.id(), _ -> new AggregateImages.Keys(new LinkedHashSet<>(), Set.of()))
                .rows()
                .add(key);
    }

    private void add(TablePlan table, Row row, AggregateImages images, List<Long> numbers) {
        if (table.hasKey(row)) {
            numbers.add(number(table.id(), table.key(row)));
        }
        var parent = table.parent(row);
        if (!parent.isEmpty()) {
            for (var list : plans.listsOf(table.id())) {
                list.up(parent, new Up(this, list.aggregate(), images, numbers));
            }
        }
    }

    /** A row above that changes in the same transaction has its number from there, too, and so leads on to the roots it moves between. */
    private record Up(AggregateNumbers all, AggregatePlan aggregate, AggregateImages images, List<Long> numbers)
            implements ListPlan.Way {

        @Override
        public List<Row> rows(TablePlan table, List<Object> key) {
            var remembered = images.get(table.id(), key);
            return remembered == null ? List.of() : List.of(remembered);
        }

        @Override
        public void passes(ListPlan list, List<Object> key) {
            numbers.add(all.number(list.table().id(), key));
        }

        @Override
        public void ends(List<Object> root) {
            numbers.add(all.number(aggregate.root().id(), root));
        }
    }

    private long number(TableId table, List<Object> key) {
        var text = table + "\n" + KeyText.of(key);
        return ByteBuffer.wrap(sha1.digest(text.getBytes(StandardCharsets.UTF_8)))
                .getLong();
    }
}
