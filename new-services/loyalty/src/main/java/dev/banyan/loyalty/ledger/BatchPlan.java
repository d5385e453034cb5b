package dev.banyan.loyalty.ledger;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What a batch of events does: what becomes of each one, in order, and the few that have to be written, at most one a
 * subject. A pure function of the events and of the sequence each subject stands at.
 */
public record BatchPlan(List<Outcome> outcomes, List<OrderEvent> writes) {

    /*
     * Every event states its whole subject, so only the highest sequence of a subject matters. A subject that is gone
     * keeps its sequence (a tombstone), so that an older event that comes late does not bring it back.
     */

    public BatchPlan {
        outcomes = List.copyOf(outcomes);
        writes = List.copyOf(writes);
    }

    /** What becomes of one event. */
    public enum Outcome {
        /** It is newer than all its subject had. */
        APPLIED,
        /** It came before. */
        DUPLICATE,
        /** It is new to us, but its subject has moved on: it came out of order. */
        STALE
    }

    /**
     * The plan for {@code events} when subjects stand at {@code heads}; {@code seen} knows ids that came lately, which tells
     * a late repeat from a late arrival.
     */
    public static BatchPlan of(List<OrderEvent> events, Map<String, Sequence> heads, Predicate<String> seen) {
        var headBySubject = new HashMap<>(heads);
        var writeBySubject = new LinkedHashMap<String, OrderEvent>();
        var idsOfBatch = new HashSet<String>();
        var outcomes = new ArrayList<Outcome>(events.size());
        for (var event : events) {
            var envelope = event.envelope();
            var head = headBySubject.get(envelope.subject());
            var repeated = !idsOfBatch.add(envelope.id()) || seen.test(envelope.id());
            var comparison = head == null ? 1 : envelope.sequence().compareTo(head);
            if (comparison > 0) {
                headBySubject.put(envelope.subject(), envelope.sequence());
                writeBySubject.put(envelope.subject(), event);
                outcomes.add(Outcome.APPLIED);
            } else {
                outcomes.add(comparison == 0 || repeated ? Outcome.DUPLICATE : Outcome.STALE);
            }
        }
        return new BatchPlan(outcomes, List.copyOf(writeBySubject.values()));
    }
}
