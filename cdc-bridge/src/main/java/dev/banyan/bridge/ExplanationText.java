package dev.banyan.bridge;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.mapping.Explanation;
import dev.banyan.bridge.mapping.Explanation.Decision;
import dev.banyan.bridge.store.Pause;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An explanation, for a person and as a map for JSON. */
final class ExplanationText {

    private ExplanationText() {}

    /** One line a decision, and below it what the rules said. */
    static List<String> lines(Explanation explanation) {
        var lines = new ArrayList<String>();
        for (var decision : explanation.decisions()) {
            lines.add(OneLine.of(decision.subject()) + ": "
                    + (decision.event() == null ? "no event" : decision.event()) + ", " + decision.why()
                    + (decision.changed().isEmpty() ? "" : "; changed: " + String.join(", ", decision.changed())));
            for (var verdict : decision.verdicts()) {
                lines.add("  line " + verdict.line() + " " + verdict.event() + ": " + verdict.why());
            }
        }
        explanation
                .unmapped()
                .forEach((table, count) -> lines.add(table + ": " + count + " changes, not in the mapping"));
        explanation
                .rootless()
                .forEach((table, count) -> lines.add(table + ": its rows of " + count
                        + " rows above it are of no aggregate yet; they are remembered until these are known"));
        if (explanation.refusal() != null) {
            lines.add("REFUSED: " + explanation.refusal());
        }
        if (lines.isEmpty()) {
            lines.add("nothing in it that the mapping uses");
        }
        return lines;
    }

    private static String place(Transaction transaction) {
        return Dbms.ofTransaction(transaction.txId()).place(transaction.commitLsn());
    }

    static String title(Transaction transaction) {
        return "transaction " + transaction.txId() + " at " + place(transaction) + ", " + transaction.commitTime()
                + ", " + transaction.changes().size() + " changes";
    }

    static Map<String, Object> json(Transaction transaction, Explanation explanation) {
        var json = new LinkedHashMap<String, Object>();
        json.put("transaction", transaction.txId());
        json.put("position", place(transaction));
        json.put("committed", transaction.commitTime().toString());
        json.put("changes", transaction.changes().size());
        json.putAll(json(explanation));
        return json;
    }

    static Map<String, Object> json(Explanation explanation) {
        var json = new LinkedHashMap<String, Object>();
        json.put(
                "decisions",
                explanation.decisions().stream().map(ExplanationText::json).toList());
        var unmapped = new LinkedHashMap<String, Integer>();
        explanation.unmapped().forEach((table, count) -> unmapped.put(table.toString(), count));
        json.put("unmapped", unmapped);
        if (!explanation.rootless().isEmpty()) {
            var rootless = new LinkedHashMap<String, Integer>();
            explanation.rootless().forEach((table, count) -> rootless.put(table.toString(), count));
            json.put("rootless", rootless);
        }
        if (explanation.refusal() != null) {
            json.put("refusal", explanation.refusal());
        }
        return json;
    }

    /** That the bridge would pause an aggregate before the next transaction. */
    static Map<String, Object> json(Pause pause) {
        var json = new LinkedHashMap<String, Object>();
        json.put("pauses", pause.table().toString());
        json.put("aggregate", pause.aggregate());
        json.put("why", pause.why());
        return json;
    }

    private static Map<String, Object> json(Decision decision) {
        var json = new LinkedHashMap<String, Object>();
        json.put("aggregate", decision.aggregate());
        json.put("subject", decision.subject());
        if (decision.event() != null && decision.rule() != null) {
            json.put("event", decision.event());
            json.put("rule", decision.rule());
        }
        if (decision.fault() != null) {
            json.put("fault", decision.fault().word);
        }
        json.put("why", decision.why());
        json.put("changed", decision.changed());
        json.put(
                "verdicts",
                decision.verdicts().stream()
                        .map(verdict -> Map.of(
                                "rule", verdict.rule(),
                                "event", verdict.event(),
                                "line", verdict.line(),
                                "holds", verdict.holds(),
                                "why", verdict.why()))
                        .toList());
        return json;
    }
}
