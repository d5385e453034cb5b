package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventLimit;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.mapping.EventRule.When;
import dev.banyan.bridge.mapping.Explanation.Decision;
import dev.banyan.bridge.mapping.RuleChoice.Difference;
import dev.banyan.bridge.mapping.RuleChoice.Op;
import dev.banyan.bridge.mapping.Touches.Touch;
import dev.banyan.bridge.mapping.TransactionRows.Moment;
import dev.banyan.bridge.mapping.TransactionRows.Slot;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns what one transaction did to each aggregate into events. */
final class Evaluation {

    private static final When OTHERWISE = new When.Otherwise();
    private static final String READ = "a backfill read it";

    private final Transaction transaction;
    private final TransactionRows rows;
    private final EventIds ids;
    private final EventLimit limit;
    private final Attempt attempt;
    private final Explanation.@Nullable Notes notes;

    private final GivenEvents.Room room;

    /** The events of the aggregate that is looked at. */
    private GivenEvents made;

    /** With {@code notes} every decision is written down, which costs more than the mapping itself. */
    Evaluation(
            Transaction transaction,
            TransactionRows rows,
            EventIds ids,
            EventLimit limit,
            Attempt attempt,
            GivenEvents.Room room,
            Explanation.@Nullable Notes notes) {
        this.transaction = transaction;
        this.rows = rows;
        this.ids = ids;
        this.limit = limit;
        this.attempt = attempt;
        this.room = room;
        this.made = none();
        this.notes = notes;
    }

    private GivenEvents none() {
        return new GivenEvents(room, transaction.commitLsn());
    }

    /** Adds what {@code touch} has for events: all of it, or where some of it has no answer none, and then says so of none. */
    void evaluate(Touch touch) {
        var before = notes == null ? 0 : notes.decisions.size();
        try {
            made = none();
            evaluateSlot(touch, before);
            attempt.bulk.addAll(made);
        } catch (UnmappableException e) {
            forget(before);
            throw e;
        } finally {
            rows.release();
        }
    }

    private void forget(int before) {
        if (notes != null) {
            notes.decisions.subList(before, notes.decisions.size()).clear();
        }
    }

    private void evaluateSlot(Touch touch, int before) {
        var slot = rows.slot(touch.plan().root(), touch.key());
        var after = slot.at(Moment.END);
        if (after != null) {
            try {
                present(touch, slot, after);
            } catch (UnknownValueException e) {
                made = none();
                forget(before);
                waits(touch, String.valueOf(e.getMessage()));
            }
        } else if (slot.existed()) {
            removed(touch, slot);
        } else {
            waits(touch, "its rows are remembered until its root row is known");
        }
    }

    private void waits(Touch touch, String why) {
        attempt.waiting.add(touch);
        note(touch, null, why, List.of());
    }

    private void removed(Touch touch, Slot slot) {
        var plan = touch.plan();
        var before = slot.at(Moment.START);
        var key = plan.keyValues(slot, Moment.START);
        var stateBefore = before == null || !plan.choice().looksBack()
                ? null
                : stateBefore(touch, plan.rows(rows, touch.key(), before, Moment.START));
        var difference = new Difference(Op.REMOVED, stateBefore, null, List.of());
        var rule = choose(touch, difference);
        emit(touch, rule, "its root row is gone", difference, EventData.ofRemoved(key));
    }

    private void present(Touch touch, Slot slot, Row after) {
        if (!touch.isLive()) {
            backfilled(touch, slot, after);
            return;
        }
        var isToldAsRead = readBeside(touch, slot);
        var plan = touch.plan();
        var rowsAfter = plan.rows(rows, touch.key(), after, Moment.END);
        var origin = slot.origin();
        var renumbered = origin != null && !origin.equals(touch.key());
        if (origin == null || (renumbered && !plan.isRenumberable())) {
            whole(touch, Op.CREATED, "its root row is new", plan.state(rowsAfter, null, null));
            return;
        }
        var before = rows.slot(plan.root(), origin).at(Moment.START);
        if (before == null) {
            unseen(touch, plan.state(rowsAfter, null, null), renumbered ? origin : null);
            return;
        }
        var rowsBefore = plan.rows(rows, origin, before, Moment.START);
        var stateBefore = stateBefore(touch, rowsBefore);
        if (stateBefore == null) {
            unseen(touch, plan.state(rowsAfter, null, null), renumbered ? origin : null);
            return;
        }
        var stateAfter = plan.state(rowsAfter, rowsBefore, stateBefore);
        var changed = plan.changed(stateBefore, stateAfter);
        var difference = new Difference(renumbered ? Op.RENUMBERED : Op.CHANGED, stateBefore, stateAfter, changed);
        if (!changed.isEmpty()) {
            changed(touch, difference, data(touch, stateAfter, renumbered ? origin : null));
        } else if (!isToldAsRead && (touch.isRootRead() || touch.isUntold())) {
            // The backfill drops what it reads of a row that the log had first, so this is the only chance to tell of
            // it.
            whole(touch, Op.BACKFILL, "no event has told of it yet", stateAfter);
        } else if (!isToldAsRead) {
            unchanged(touch, "nothing that an event shows changed");
        }
    }

    /** What a backfill alone touched: its root always becomes an event, children only when they add something. */
    private void backfilled(Touch touch, Slot slot, Row after) {
        var plan = touch.plan();
        var known = slot.at(Moment.KNOWN);
        var rowsKnown = known == null ? null : plan.rows(rows, touch.key(), known, Moment.KNOWN);
        var before = rowsKnown == null ? null : stateBefore(touch, rowsKnown);
        var state =
                plan.state(plan.rows(rows, touch.key(), after, Moment.END), before == null ? null : rowsKnown, before);
        if (touch.isRootRead() || before == null || !plan.changed(before, state).isEmpty()) {
            whole(touch, Op.BACKFILL, READ, state);
        } else {
            unchanged(touch, "a backfill read rows of it that were known already");
        }
    }

    /** Tells the state that a backfill found before the log changed it further; true when there is one that nobody knew. */
    private boolean readBeside(Touch touch, Slot slot) {
        var found = slot.at(Moment.START);
        if (!touch.isRead() || found == null) {
            return false;
        }
        var plan = touch.plan();
        var state = stateBefore(touch, plan.rows(rows, touch.key(), found, Moment.START));
        var known = slot.at(Moment.KNOWN);
        var before = known == null ? null : stateBefore(touch, plan.rows(rows, touch.key(), known, Moment.KNOWN));
        if (state == null || (before != null && plan.changed(before, state).isEmpty())) {
            return false;
        }
        whole(touch, Op.BACKFILL, READ, state);
        return true;
    }

    private static @Nullable AggregateState stateBefore(Touch touch, AggregatePlan.Rows rows) {
        return AggregatePlan.known(() -> touch.plan().state(rows, null, null));
    }

    private void changed(Touch touch, Difference difference, String data) {
        emit(touch, choose(touch, difference), "the first rule that holds", difference, data);
    }

    private EventRule choose(Touch touch, Difference difference) {
        var choice = touch.plan().choice();
        var rule = choice.first(difference);
        if (notes != null && choice.isChoice(difference.op())) {
            notes.verdicts = choice.verdicts(difference);
        }
        return rule;
    }

    /** A change of an aggregate that was there before, but that no backfill has read yet: only its new state is known. */
    private void unseen(Touch touch, AggregateState state, @Nullable List<Object> previousKey) {
        var rule = touch.plan().choice().of(previousKey == null ? OTHERWISE : new When.Renumbered());
        var why = "it was there before, but nothing is known of how it was";
        var op = previousKey == null ? Op.CHANGED : Op.RENUMBERED;
        emit(touch, rule, why, new Difference(op, null, state, List.of()), data(touch, state, previousKey));
    }

    private void whole(Touch touch, Op op, String why, AggregateState state) {
        var difference = new Difference(op, null, state, List.of());
        emit(touch, choose(touch, difference), why, difference, data(touch, state, null));
    }

    private void unchanged(Touch touch, String why) {
        attempt.unchanged.add(touch);
        note(touch, null, why, List.of());
    }

    private String data(Touch touch, AggregateState state, @Nullable List<Object> previousKey) {
        var plan = touch.plan();
        var previous = previousKey == null
                ? Map.<String, Object>of()
                : plan.keyValues(rows.slot(plan.root(), previousKey), Moment.START);
        return EventData.of(plan.aggregate(), state, previous);
    }

    /** Makes the events of what happened to rows and, last, the aggregate's own. */
    private void emit(Touch touch, EventRule rule, String why, Difference difference, String data) {
        var plan = touch.plan();
        var subject = plan.subject(touch.key());
        if (difference.op() != Op.BACKFILL) {
            RowChanges.each(plan, touch.key(), rows, difference.after(), notes != null, change -> {
                if (change.rule() != null) {
                    emit(touch, subject, change.rule(), change);
                }
                if (notes != null) {
                    notes.ofRow(plan.aggregate().name(), subject, change);
                }
            });
        }
        var id = ids.id(transaction, plan.idName(rule), subject);
        add(touch, rule, event(plan, rule, id, subject, difference, data), plan.choice(), difference);
        note(touch, rule, why, difference.changed());
    }

    private void emit(Touch touch, String subject, EventRule rule, RowChange change) {
        var plan = touch.plan();
        var difference = change.difference();
        var id = ids.ofItem(ids.id(transaction, plan.idName(rule), subject), change.key());
        var isGone = difference.op() == Op.REMOVED;
        var root = rows.slot(plan.root(), touch.key());
        var moment = root.at(Moment.END) == null ? Moment.START : Moment.END;
        var data = EventData.ofRow(plan.keyValues(root, moment), change.path(), isGone ? null : difference.after());
        var choice = change.path().getLast().list().choice();
        add(touch, rule, event(plan, rule, id, subject, difference, data), choice, difference);
    }

    private void add(Touch touch, EventRule rule, DomainEvent event, RuleChoice choice, Difference difference) {
        made.add(new Named(touch.plan().aggregate(), rule, event, choice.told(rule, difference), touch.change()));
    }

    /** The event that comes behind those that are made. */
    private DomainEvent event(
            AggregatePlan plan, EventRule rule, String id, String subject, Difference difference, String data) {
        var aggregate = plan.aggregate();
        var event = new DomainEvent(
                id,
                aggregate.type(rule.event()),
                aggregate.topic(),
                subject,
                transaction.commitTime(),
                Sequence.of(transaction.commitLsn(), attempt.bulk.next() + made.size()),
                transaction.txId(),
                difference.op() == Op.BACKFILL,
                difference.changed(),
                aggregate.schema(rule.event()),
                transaction.causeOfEvents(),
                data);
        var refusal = limit.refusal(event);
        if (refusal != null) {
            throw new UnmappableException(rule.name() + ": " + refusal);
        }
        return event;
    }

    /** Writes down that the mapping has no answer, and why there need be none. */
    void noteSkipped(Touch touch, UnmappableException fault, String reason) {
        if (notes != null) {
            notes.verdicts = List.of();
            notes.decisions.add(Explanation.Notes.fault(
                    touch.plan().aggregate().name(),
                    touch.plan().told(touch.key()),
                    "skipped (" + reason + "): " + fault.getMessage(),
                    Explanation.Fault.SKIPPED));
        }
    }

    private void note(Touch touch, @Nullable EventRule rule, String why, List<String> changed) {
        if (notes == null) {
            return;
        }
        notes.decisions.add(new Decision(
                touch.plan().aggregate().name(),
                touch.plan().subject(touch.key()),
                rule == null ? null : rule.event(),
                rule == null ? null : rule.name(),
                why,
                null,
                changed,
                notes.verdicts));
        notes.verdicts = List.of();
    }
}
