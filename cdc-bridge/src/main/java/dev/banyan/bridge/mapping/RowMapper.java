package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.KeyText;
import dev.banyan.bridge.change.NothingWaits;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.change.Untouched;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Applies a mapping of {@link RowScope} to one changed row after the other. It remembers nothing: what a row was before must come with
 * the change. Used by one thread.
 */
public final class RowMapper {

    private final Plans plans;
    private final Map<TableId, Set<String>> columnsByTable = new HashMap<>();
    private final boolean hasOldRows;
    private final Mapper mapper;
    private final EventIds ids;
    private final Redactor redactor;

    /**
     * A mapper whose ids belong to {@code name}; {@code hashKey} (16 bytes at least) is needed when the mapping hashes a column. With {@code hasOldRows} each
     * update must come with the whole row before it, else with the key of that at most, and no rule may compare.
     */
    public RowMapper(Mapping mapping, String name, byte @Nullable [] hashKey, boolean hasOldRows) {
        this.hasOldRows = hasOldRows;
        var refusals = new ArrayList<>(RowScope.refusals(mapping));
        refusals.addAll(hasOldRows ? List.of() : RowScope.comparisons(mapping));
        if (!refusals.isEmpty()) {
            throw new IllegalArgumentException("mapping: " + refusals.getFirst());
        }
        plans = Plans.of(mapping);
        plans.tables()
                .forEach(plan ->
                        columnsByTable.put(plan.id(), Set.copyOf(plan.use().columns())));
        mapper = new Mapper(mapping, name, hashKey);
        ids = new EventIds(name);
        var hash = hashKey == null ? null : new KeyedHash(hashKey);
        redactor = new Redactor(new Secrets(hash, null, null), () -> {
            throw new IllegalStateException("no token vault");
        });
    }

    /** The columns of {@code table} that are read; empty for a table that is not mapped. */
    public Set<String> columns(TableId table) {
        return columnsByTable.getOrDefault(table, Set.of());
    }

    /** True when {@code after} is known to have another key than {@code before}. */
    public boolean changesKey(TableId table, @Nullable Row before, Row after) {
        var plan = plans.table(table);
        return plan != null && isRenumbered(plan, before, after);
    }

    /**
     * The event of {@code change}, which stands at {@code place}; nothing when no event shows it. Of a row with a new key it is the event of the new subject: the old one
     * is told by a {@link Change.Deleted} of its own. {@code onSkip} is told of what the mapping says to skip. An {@link
     * UnmappableException} when the mapping has no answer.
     */
    public Optional<DomainEvent> map(Change change, RowPlace place, OnSkip onSkip) {
        var table = plans.table(change.table());
        if (table == null) {
            return Optional.empty();
        }
        if (change instanceof Change.Truncated) {
            throw new UnmappableException(
                    change.table(), "truncate", "every row at once", "rows one by one, such as DELETE makes");
        }
        var before = before(table, change);
        var images = new OneRow(
                table.id(),
                before == null ? List.of() : table.key(before),
                before == null ? null : image(table, before));
        // Rows of a transaction have places of their own, but the cause is one: the transaction's name stands for it.
        var cause = new Cause("tx:" + place.transaction(), null);
        var transaction =
                new Transaction(place.place(), place.transaction(), place.committed(), List.of(change), cause);
        // A changed key makes an event for the new subject, which comes first, and one for the old, which has a record
        // of its own.
        return mapper.map(transaction, images, new Skips(onSkip)).stream()
                .findFirst()
                .map(event -> placed(event, place));
    }

    private DomainEvent placed(DomainEvent event, RowPlace place) {
        return new DomainEvent(
                place.row() == 0 ? event.id() : ids.ofRow(event.id(), place.row()),
                event.type(),
                event.topic(),
                event.subject(),
                event.time(),
                place.sequence(),
                event.txId(),
                event.backfill(),
                event.changed(),
                event.dataschema(),
                event.cause(),
                event.data());
    }

    /** The whole row before, where there is one and it came along. */
    private @Nullable Row before(TablePlan table, Change change) {
        return switch (change) {
            case Change.Updated(var _, var before, var after) -> {
                refuseUntouched(table, after);
                var isWhole = before != null && table.isWhole(before);
                if (!isWhole && hasOldRows && !isRenumbered(table, before, after)) {
                    throw new UnmappableException(
                            table.id(),
                            "update",
                            "without the row before it",
                            "the whole row: PostgreSQL logs it with REPLICA IDENTITY FULL. Without it: identity=keys");
                }
                yield isWhole ? before : null;
            }
            case Change.Deleted(var _, var before) -> table.isWhole(before) ? before : null;
            case Change.Inserted _, Change.Read _, Change.Truncated _ -> null;
        };
    }

    private static void refuseUntouched(TablePlan table, Row after) {
        for (var column : table.use().columns()) {
            if (after.get(column) == Untouched.VALUE) {
                throw new UnmappableException(
                        table.id(),
                        column,
                        "its value is not in the log",
                        "the whole row before, as with REPLICA IDENTITY FULL");
            }
        }
    }

    private static boolean isRenumbered(TablePlan table, @Nullable Row before, Row after) {
        return before != null && table.hasKey(before) && !table.key(before).equals(table.key(after));
    }

    private Row image(TablePlan table, Row before) {
        return table.kept(table.image(before, null, redactor));
    }

    /** Told of a change that has no event, because the mapping says to skip what it has no answer for. */
    @FunctionalInterface
    public interface OnSkip {
        void skipped(String aggregate, String key, String message, String reason);
    }

    /** Nothing waits, and skips are told. */
    private record Skips(OnSkip onSkip) implements NothingWaits {

        @Override
        public void skip(Waiting aggregate, Transaction transaction, String message, String reason) {
            onSkip.skipped(aggregate.aggregate(), aggregate.key(), message, reason);
        }
    }

    /** The row before the change as the only one known; what is written is forgotten. */
    private record OneRow(
            TableId table, List<Object> key, @Nullable Row row) implements AggregateImages {

        @Override
        public @Nullable Row get(TableId wanted, List<?> wantedKey) {
            return row != null && table.equals(wanted) && KeyText.of(key).equals(KeyText.of(wantedKey)) ? row : null;
        }

        @Override
        public void put(TableId wanted, List<?> wantedKey, Row after, List<?> parentKey) {}

        @Override
        public void remove(TableId wanted, List<?> wantedKey) {}

        @Override
        public List<Row> children(TableId wanted, List<?> parentKey) {
            return List.of();
        }

        @Override
        public void clear(TableId wanted) {}

        @Override
        public List<Row> all(TableId wanted) {
            return List.of();
        }
    }
}
