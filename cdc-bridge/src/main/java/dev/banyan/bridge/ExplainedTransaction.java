package dev.banyan.bridge;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.lake.LakeFilter;
import dev.banyan.bridge.lake.LakeReader;
import dev.banyan.bridge.mapping.RuleOfEvent;
import dev.banyan.bridge.mapping.Sequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/** What of a transaction was published, as the lake has it, and by which rules. */
record ExplainedTransaction(String id, List<Event> events) {

    /** An event of it, with its rule; without one when the mapping has it no more. */
    record Event(DomainEvent event, Optional<RuleOfEvent.Found> rule) {}

    static ExplainedTransaction of(Setup setup, String id) {
        var lake = setup.config().lake();
        if (lake == null) {
            throw new IllegalArgumentException("--transaction: no lake, which alone keeps what was published (expected:"
                    + " lake.folder or lake.s3 in the configuration)");
        }
        var rules = new RuleOfEvent(setup.mapping(), setup.config().name());
        var events = new ArrayList<Event>();
        new LakeReader(lake.place()).read(LakeFilter.ALL, 0, record -> {
            if (record.event().txId().equals(id)) {
                events.add(new Event(record.event(), rules.find(record.event())));
            }
            return true;
        });
        return new ExplainedTransaction(id, events);
    }

    /** Prints it; returns the exit code, 1 when the lake has nothing of it. */
    int print(boolean json) {
        if (events.isEmpty()) {
            System.err.println(
                    "transaction " + id + ": no event of it in the lake (expected: an event's txid, as events"
                            + " show prints it; a change that no rule names an event for has none)");
            return 1;
        }
        if (json) {
            var described = Map.of(
                    "transaction",
                    id,
                    "events",
                    events.stream().map(ExplainedTransaction::json).toList());
            System.out.println(JsonMapper.shared().writeValueAsString(described));
            return 0;
        }
        System.out.println("transaction " + id + " at " + place() + ", "
                + events.getFirst().event.time() + ", " + events.size() + " events in the lake");
        events.forEach(each -> System.out.println("    " + line(each)));
        System.out.println(
                "why the rules before did not hold is not kept (bridge test --explain says it of rows of your"
                        + " own)");
        return 0;
    }

    private String place() {
        return Dbms.ofTransaction(id)
                .place(Sequence.commitLsn(events.getFirst().event.sequence()));
    }

    private static String line(Event each) {
        var event = each.event;
        return event.subject() + ": " + event.type() + ", "
                + each.rule
                        .map(found ->
                                "by line " + found.at().line() + " " + found.event() + ", rule '" + found.rule() + "'")
                        .orElse("by no rule that the mapping has now")
                + (event.changed().isEmpty() ? "" : "; changed: " + String.join(", ", event.changed()));
    }

    private static Map<String, Object> json(Event each) {
        var json = new LinkedHashMap<String, Object>();
        json.put("id", each.event.id());
        json.put("type", each.event.type());
        json.put("subject", each.event.subject());
        json.put("changed", each.event.changed());
        each.rule.ifPresent(found -> {
            json.put("event", found.event());
            json.put("rule", found.rule());
            json.put("line", found.at().line());
        });
        return json;
    }
}
