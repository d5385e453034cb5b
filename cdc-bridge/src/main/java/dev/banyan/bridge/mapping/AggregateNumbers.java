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
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A number for each row and each aggregate that changes touch; that of an aggregate is its root row's. Used by one thread. */
final class AggregateNumbers {

    private final Map<TableId, TablePlan> tables;
    private final Map<TableId, List<ListPlan>> byChild;
    private final MessageDigest sha1;

    AggregateNumbers(Map<TableId, TablePlan> tables, Map<TableId, List<ListPlan>> byChild) {
        this.tables = tables;
        this.byChild = byChild;
        try {
            sha1 = MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-1, which every Java has, is missing", e);
        }
    }

    /** Those of {@code change}; {@code images} has the row before where the log does not. */
    List<Long> of(Change change, AggregateImages images) {
        var numbers = new ArrayList<Long>(4);
        var table = tables.get(change.table());
        if (table == null) {
            return numbers;
        }
        switch (change) {
            case Change.Inserted(var _, var after) -> add(table, after, images, numbers);
            case Change.Read(var _, var after) -> { // it may have been another aggregate's
                addBefore(table, after, null, images, numbers);
                add(table, after, images, numbers);
            }
            case Change.Updated(var _, var before, var after) -> {
                addBefore(table, before == null ? after : before, before, images, numbers);
                add(table, after, images, numbers);
            }
            case Change.Deleted(var _, var before) -> addBefore(table, before, before, images, numbers);
            case Change.Truncated _ ->
                throw new IllegalArgumentException("a truncation, which belongs to all of a table");
        }
        return numbers;
    }

    private void addBefore(
            TablePlan table, Row keyed, @Nullable Row before, AggregateImages images, List<Long> numbers) {
        if (before != null) {
            add(table, before, images, numbers);
        }
        if ((before == null || !table.isWhole(before)) && table.hasKey(keyed)) {
            var remembered = images.get(table.id(), table.key(keyed));
            if (remembered != null) {
                add(table, remembered, images, numbers);
            }
        }
    }

    private void add(TablePlan table, Row row, AggregateImages images, List<Long> numbers) {
        if (table.hasKey(row)) {
            numbers.add(number(table.id(), table.key(row)));
        }
        var parent = table.parent(row);
        if (!parent.isEmpty()) {
            for (var list : byChild.getOrDefault(table.id(), List.of())) {
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
