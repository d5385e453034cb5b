package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.mapping.EventRule.When;
import dev.banyan.bridge.mapping.Touches.Touch;
import dev.banyan.bridge.mapping.TransactionRows.Slot;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Turns what one transaction did to each aggregate into events. */
final class Evaluation {

    private static final When BACKFILLED = new When.Backfilled();
    private static final When CREATED = new When.Created();
    private static final When REMOVED = new When.Removed();
    private static final When OTHERWISE = new When.Otherwise();

    private final Transaction transaction;
    private final TransactionRows rows;
    private final EventIds ids;
    private final LongAdder unchanged;
    private final LongAdder waiting;
    private final List<DomainEvent> events;

    Evaluation(
            Transaction transaction,
            TransactionRows rows,
            EventIds ids,
            LongAdder unchanged,
            LongAdder waiting,
            List<DomainEvent> events) {
        this.transaction = transaction;
        this.rows = rows;
        this.ids = ids;
        this.unchanged = unchanged;
        this.waiting = waiting;
        this.events = events;
    }

    void evaluate(Touch touch) {
        var slot = rows.slot(touch.plan().root(), touch.key());
        var after = slot.after();
        if (after != null) {
            present(touch, slot, after);
        } else if (slot.existed()) {
            removed(touch);
        } else {
            waiting.increment();
        }
    }

    private void removed(Touch touch) {
        var key = touch.plan().keyValues(touch.key());
        emit(touch, touch.plan().rule(REMOVED), List.of(), EventData.ofRemoved(key), false);
    }

    private void present(Touch touch, Slot slot, Row after) {
        var plan = touch.plan();
        var rowsAfter = plan.rows(rows, touch.key(), after, false);
        var origin = slot.origin();
        var renumbered = origin != null && !origin.equals(touch.key());
        if (origin == null || (renumbered && !plan.isRenumberable())) {
            whole(touch, CREATED, plan.state(rowsAfter, null, null), !touch.isLive());
            return;
        }
        var before = rows.slot(plan.root(), origin).before();
        if (before == null) {
            unseen(touch, plan.state(rowsAfter, null, null), renumbered ? origin : null);
            return;
        }
        var rowsBefore = plan.rows(rows, origin, before, true);
        var stateBefore = plan.state(rowsBefore, null, null);
        var stateAfter = plan.state(rowsAfter, rowsBefore, stateBefore);
        var changed = plan.changed(stateBefore, stateAfter);
        if (!touch.isLive()) {
            backfilled(touch, changed, stateAfter);
        } else if (!changed.isEmpty()) {
            var rule = plan.rule(stateBefore, stateAfter, changed, renumbered);
            emit(touch, rule, changed, data(touch, stateAfter, renumbered ? origin : null), false);
        } else if (touch.isRootRead() || touch.isUntold()) {
            // The backfill drops what it reads of a row that the log had first, so this is the only chance to tell of
            // it.
            whole(touch, BACKFILLED, stateAfter, true);
        } else {
            unchanged.increment();
        }
    }

    /** A row the backfill read: the root always becomes an event, children only when they add something. */
    private void backfilled(Touch touch, List<String> changed, AggregateState state) {
        if (touch.isRootRead() || !changed.isEmpty()) {
            whole(touch, BACKFILLED, state, true);
        } else {
            unchanged.increment();
        }
    }

    /** A change of an aggregate that was there before, but that no backfill has read yet: only its new state is known. */
    private void unseen(Touch touch, AggregateState state, @Nullable List<Object> previousKey) {
        var rule = previousKey == null
                ? touch.plan().rule(OTHERWISE)
                : touch.plan().rule(new When.Renumbered());
        emit(touch, rule, List.of(), data(touch, state, previousKey), false);
    }

    private void whole(Touch touch, When when, AggregateState state, boolean backfill) {
        var rule = touch.plan().rule(backfill ? BACKFILLED : when);
        emit(touch, rule, List.of(), data(touch, state, null), backfill);
    }

    private String data(Touch touch, AggregateState state, @Nullable List<Object> previousKey) {
        var previous =
                previousKey == null ? Map.<String, Object>of() : touch.plan().keyValues(previousKey);
        return EventData.of(touch.plan().aggregate(), state, previous);
    }

    private void emit(Touch touch, EventRule rule, List<String> changed, String data, boolean backfill) {
        var aggregate = touch.plan().aggregate();
        var subject = touch.plan().subject(touch.key());
        events.add(new DomainEvent(
                ids.id(transaction.commitLsn(), rule.name(), subject),
                aggregate.type(rule),
                aggregate.topic(),
                subject,
                transaction.commitTime(),
                sequence(transaction.commitLsn(), events.size()),
                transaction.txId(),
                backfill,
                changed,
                data));
    }

    /** {@code 000000000352c578-000001}; by hand, because a format string costs more than the rest of an event. */
    private static String sequence(long commitLsn, int ordinal) {
        var lsn = Long.toHexString(commitLsn);
        var number = Integer.toString(ordinal);
        return new StringBuilder(24)
                .repeat('0', 16 - lsn.length())
                .append(lsn)
                .append('-')
                .repeat('0', Math.max(0, 6 - number.length()))
                .append(number)
                .toString();
    }
}
