package dev.banyan.bridge;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.lake.LakeFilter;
import dev.banyan.bridge.lake.LakeReader;
import dev.banyan.bridge.mapping.RuleOfEvent;
import dev.banyan.bridge.mapping.Sequence;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Prints what of a transaction was published, as the lake has it, and by which rules. */
final class ExplainedTransaction {

    /*
     * An event is printed as it is read, and kept no longer: a transaction may have more of them than memory. PostgreSQL gives its numbers of transactions again, after
     * years, so events of another place are another transaction's.
     */

    private final String id;
    private final boolean isJson;
    private final RuleOfEvent rules;
    private String place = "";
    private long events;
    private long ofPlace;

    private ExplainedTransaction(String id, boolean isJson, RuleOfEvent rules) {
        this.id = id;
        this.isJson = isJson;
        this.rules = rules;
    }

    /** Prints the one with {@code id}; returns the exit code, 1 when the lake has nothing of it. */
    static int print(Setup setup, String id, boolean isJson) {
        var lake = setup.config().lake();
        if (lake == null) {
            throw new IllegalArgumentException("--transaction: no lake, which alone keeps what was published (expected:"
                    + " lake.folder or lake.s3 in the configuration)");
        }
        var rules = new RuleOfEvent(setup.mapping(), setup.config().name());
        var printed = new ExplainedTransaction(id, isJson, rules);
        new LakeReader(lake.place()).read(LakeFilter.ALL, 0, record -> {
            if (record.event().txId().equals(id)) {
                printed.print(record.event());
            }
            return true;
        });
        return printed.end();
    }

    private void print(DomainEvent event) {
        var at = Dbms.ofTransaction(id).place(Sequence.commitLsn(event.sequence()));
        var rule = rules.find(event);
        if (isJson) {
            System.out.print(
                    events == 0
                            ? "{\"transaction\":" + JsonMapper.shared().writeValueAsString(id) + ",\"events\":[\n"
                            : ",\n");
            System.out.print(JsonMapper.shared().writeValueAsString(json(event, at, rule.orElse(null))));
        } else {
            if (!at.equals(place)) {
                endPlace();
                System.out.println("transaction " + id + " at " + at + ", " + event.time());
            }
            System.out.println("    " + line(event, rule));
        }
        place = at;
        events++;
        ofPlace++;
    }

    private void endPlace() {
        if (ofPlace > 0) {
            System.out.println("of transaction " + id + " at " + place + ", " + ofPlace + " events in the lake");
        }
        ofPlace = 0;
    }

    private int end() {
        if (events == 0) {
            System.err.println(
                    "transaction " + id + ": no event of it in the lake (expected: an event's txid, as events"
                            + " show prints it; a change that no rule names an event for has none)");
            return 1;
        }
        if (isJson) {
            System.out.println("\n]}");
            return 0;
        }
        endPlace();
        System.out.println(
                "why the rules before did not hold is not kept (bridge test --explain says it of rows of your"
                        + " own)");
        return 0;
    }

    private static String line(DomainEvent event, Optional<RuleOfEvent.Found> rule) {
        return OneLine.of(event.subject()) + ": " + event.type() + ", "
                + rule.map(found ->
                                "by line " + found.at().line() + " " + found.event() + ", rule '" + found.rule() + "'")
                        .orElse(isOfGone(event) ? "by a rule that is not known" : "by no rule that the mapping has now")
                + (isOfGone(event) ? ", of rows that went in a gap or with a partition" : "")
                + (event.changed().isEmpty() ? "" : "; changed: " + String.join(", ", event.changed()));
    }

    /** True of what no transaction did: it is told as of the place of the one before. */
    private static boolean isOfGone(DomainEvent event) {
        return Sequence.isOfGone(event.sequence());
    }

    private static Map<String, Object> json(DomainEvent event, String place, RuleOfEvent.@Nullable Found rule) {
        var json = new LinkedHashMap<String, Object>();
        json.put("place", place);
        json.put("time", event.time().toString());
        json.put("id", event.id());
        json.put("type", event.type());
        json.put("subject", event.subject());
        json.put("changed", event.changed());
        json.put("gone", isOfGone(event));
        if (rule != null) {
            json.put("event", rule.event());
            json.put("rule", rule.rule());
            json.put("line", rule.at().line());
        }
        return json;
    }
}
