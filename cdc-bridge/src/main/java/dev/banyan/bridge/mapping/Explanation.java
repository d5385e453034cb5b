package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.TableId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a mapper made of one transaction and why. {@code unmapped} counts the changes of tables the mapping does not use. With a {@code
 * refusal} the transaction cannot be mapped and there are no events; the decisions before it are told all the same.
 */
public record Explanation(
        List<DomainEvent> events,
        List<Decision> decisions,
        Map<TableId, Integer> unmapped,
        @Nullable String refusal) {

    public Explanation {
        events = List.copyOf(events);
        decisions = List.copyOf(decisions);
        unmapped = Map.copyOf(unmapped);
    }

    /**
     * One aggregate that the transaction touched. {@code rule} is the name of the rule that named the event, null when there is none;
     * {@code why} says what the choice rests on, and {@code verdicts} what each rule that was looked at said.
     */
    public record Decision(
            String aggregate,
            String subject,
            @Nullable String event,
            @Nullable String rule,
            String why,
            List<String> changed,
            List<Verdict> verdicts) {
        public Decision {
            changed = List.copyOf(changed);
            verdicts = List.copyOf(verdicts);
        }
    }

    /** What one rule said, with the line it stands in. */
    public record Verdict(String rule, String event, int line, boolean holds, String why) {}

    /** Collects decisions while a transaction is mapped. */
    static final class Notes {
        final List<Decision> decisions = new ArrayList<>();
        List<Verdict> verdicts = List.of();
    }
}
