package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.Faults.Waiting;
import dev.banyan.bridge.change.TableId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a mapper made of one transaction and why. {@code unmapped} counts the changes of tables the mapping does not use, {@code rootless} by
 * table the rows above its own that lead to no root yet: what is below them is remembered, and no event shows it. With a {@code
 * refusal} the transaction cannot be mapped and there are no events; the decisions before it are told all the same.
 */
public record Explanation(
        List<DomainEvent> events,
        List<Decision> decisions,
        Map<TableId, Integer> unmapped,
        Map<TableId, Integer> rootless,
        @Nullable String refusal) {

    public Explanation {
        events = List.copyOf(events);
        decisions = List.copyOf(decisions);
        unmapped = Map.copyOf(unmapped);
        rootless = Map.copyOf(rootless);
    }

    /**
     * One aggregate that the transaction touched, or a row of its lists. {@code rule} is the name of the rule that named the event, null when there is none;
     * {@code why} says what the choice rests on, and {@code verdicts} what each rule that was looked at said. With a {@code fault} the mapping has
     * no answer, or had none before, and {@code why} says of it what for.
     */
    public record Decision(
            String aggregate,
            String subject,
            @Nullable String event,
            @Nullable String rule,
            String why,
            @Nullable Fault fault,
            List<String> changed,
            List<Verdict> verdicts) {
        public Decision {
            changed = List.copyOf(changed);
            verdicts = List.copyOf(verdicts);
        }
    }

    /** What becomes of an aggregate that gets no event because of a fault, its own or another's. */
    public enum Fault {
        PARKED("parked"),
        SKIPPED("skipped");

        public final String word;

        Fault(String word) {
            this.word = word;
        }
    }

    /** What one rule said, with the line it stands in. */
    public record Verdict(String rule, String event, int line, boolean holds, String why) {}

    /** Collects decisions while a transaction is mapped. */
    static final class Notes {
        final List<Decision> decisions = new ArrayList<>();
        List<Verdict> verdicts = List.of();
        Map<TableId, Integer> rootless = Map.of();
        private final List<Decision> waiting = new ArrayList<>();

        /** What waits, and then what the last attempt decided of the rest. */
        List<Decision> decisions() {
            var all = new ArrayList<>(waiting);
            all.addAll(decisions);
            return all;
        }

        /** Forgets what an attempt before decided: some of it was parked since, and the rest is mapped again. */
        void attempt() {
            decisions.clear();
            verdicts = List.of();
        }

        /** Notes that {@code aggregate} is parked: because of {@code message}, behind what {@code isWaiting} of it, or else with others. */
        void parked(Waiting aggregate, String subject, @Nullable String message, boolean isWaiting) {
            var why = message != null
                    ? message
                    : isWaiting ? "behind what waits of it" : "with another that it shares a change with";
            waiting.add(fault(aggregate.aggregate(), subject, "parked: " + why, Fault.PARKED));
        }

        /** Notes that {@code changes} of {@code aggregate} wait, as all of it does. */
        void paused(String aggregate, int changes) {
            var why = "parked: " + changes + " changes, with all of " + aggregate + ", which a table pauses";
            waiting.add(fault(aggregate, aggregate, why, Fault.PARKED));
        }

        /** Notes what came of {@code change}, which happened to a row of {@code aggregate}. */
        void ofRow(String aggregate, String subject, RowChange change) {
            var rule = change.rule();
            decisions.add(new Decision(
                    aggregate,
                    subject,
                    rule == null ? null : rule.event(),
                    rule == null ? null : rule.name(),
                    change.told() + ": " + change.why(),
                    null,
                    change.difference().changed(),
                    change.verdicts()));
        }

        static Decision fault(String aggregate, String subject, String why, Fault fault) {
            return new Decision(aggregate, subject, null, null, why, fault, List.of(), List.of());
        }
    }
}
