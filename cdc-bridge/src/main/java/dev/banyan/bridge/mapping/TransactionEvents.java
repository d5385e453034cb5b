package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventLimit;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.mapping.Explanation.Decision;
import dev.banyan.bridge.mapping.Explanation.Verdict;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Applies the rules about whole transactions to the events that a transaction gave its aggregates. */
final class TransactionEvents {

    /*
     * They come last in their transaction: whoever reads them can know that what they tell of was sent before. Events of a backfill do not
     * count, because the transaction that carries them did not cause them.
     */

    static final String AGGREGATE = "transactions";

    /** How many events one tells of by subject and id; {@code count} counts all. */
    static final int TOLD_MAX = 500;

    private static final JsonFactory JSON = new JsonFactory();

    /** What one event tells: how many there are of those that its rule names, and the first of them. */
    private static final class Counted {
        private final List<Mention> first = new ArrayList<>();
        private int count;

        void add(Named named) {
            count++;
            if (first.size() < TOLD_MAX) {
                first.add(new Mention(
                        named.rule().event(),
                        named.event().subject(),
                        named.event().id()));
            }
        }
    }

    /** What is told of an event, whose data may be large. */
    private record Mention(String event, String subject, String id) {}

    private final List<TransactionRule> rules;
    private final Map<String, StateWords> askedWords;
    private final EventIds ids;
    private final EventLimit limit;

    /** With {@code askedWords}, the words of the events that conditions look at, by name. */
    TransactionEvents(List<TransactionRule> rules, Map<String, StateWords> askedWords, EventIds ids, EventLimit limit) {
        this.rules = rules;
        this.askedWords = askedWords;
        this.ids = ids;
        this.limit = limit;
    }

    /**
     * The events of the rules that hold for {@code transaction}, whose aggregates got the {@code count} events {@code given}. They are read once and may
     * lie in files; {@code eachRead} runs whenever a condition looks at one, and may break it off.
     */
    List<DomainEvent> of(
            Transaction transaction,
            Iterable<Named> given,
            int count,
            Runnable eachRead,
            Explanation.@Nullable Notes notes) {
        if (rules.isEmpty()) {
            return List.of();
        }
        var names = new HashSet<String>();
        var told = new HashMap<String, Told>();
        askedWords.forEach((name, words) -> told.put(name, new Told(words, eachRead)));
        var countedBy = rules.stream().map(_ -> new Counted()).toList();
        for (var named : given) {
            if (named.event().backfill()) {
                continue;
            }
            var name = named.rule().event();
            names.add(name);
            var changes = told.get(name);
            if (changes != null && named.told() != null) {
                changes.add(named.told());
            }
            for (var i = 0; i < rules.size(); i++) {
                if (rules.get(i).tells(name)) {
                    countedBy.get(i).add(named);
                }
            }
        }
        if (names.isEmpty()) {
            return List.of();
        }
        var subject = TransactionRule.SUBJECT + transaction.identity();
        var digits = Sequence.digits(count + rules.size());
        var events = new ArrayList<DomainEvent>();
        for (var i = 0; i < rules.size(); i++) {
            if (objection(rules.get(i), names, told).isEmpty()) {
                var sequence = Sequence.of(transaction.commitLsn(), count + events.size(), digits);
                events.add(event(rules.get(i), transaction, subject, countedBy.get(i), sequence));
            }
        }
        if (notes != null) {
            note(notes, subject, names, told);
        }
        return events;
    }

    /** What {@code rule} says to a transaction that gave the events {@code names}, which have {@code told} that; empty when it holds. */
    private static String objection(TransactionRule rule, Set<String> names, Map<String, Told> told) {
        var objection = rule.objection(names);
        if (!objection.isEmpty() || rule.where() == null) {
            return objection;
        }
        var unmet = rule.where().objection(told::get, rule.event());
        return unmet == null ? "" : unmet.get();
    }

    /** What of a rule goes into the ids of its events. */
    static String idName(TransactionRule rule) {
        return AGGREGATE + "/" + rule.name();
    }

    private DomainEvent event(
            TransactionRule rule, Transaction transaction, String subject, Counted counted, String sequence) {
        var event = new DomainEvent(
                ids.id(transaction, idName(rule), subject),
                rule.type(),
                rule.topic(),
                subject,
                transaction.commitTime(),
                sequence,
                transaction.txId(),
                false,
                List.of(),
                rule.schema(),
                transaction.causeOfEvents(),
                data(counted));
        var refusal = limit.refusal(event);
        if (refusal != null) {
            throw new UnmappableException(rule.name() + ": " + refusal);
        }
        return event;
    }

    private static String data(Counted counted) {
        var text = new StringWriter(256);
        try (var json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeName("count");
            json.writeNumber(counted.count);
            json.writeName("events");
            json.writeStartArray();
            for (var each : counted.first) {
                json.writeStartObject();
                json.writeName("event");
                json.writeString(each.event());
                json.writeName("subject");
                json.writeString(each.subject());
                json.writeName("id");
                json.writeString(each.id());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.toString();
    }

    private void note(Explanation.Notes notes, String subject, Set<String> names, Map<String, Told> told) {
        var verdicts = new ArrayList<Verdict>();
        for (var rule : rules) {
            var objection = objection(rule, names, told);
            if (objection.isEmpty()) {
                notes.decisions.add(new Decision(
                        AGGREGATE,
                        subject,
                        rule.event(),
                        rule.name(),
                        "its events hold for the rule"
                                + (rule.where() == null
                                        ? ""
                                        : ": " + rule.where().text()),
                        null,
                        List.of(),
                        List.of()));
            } else {
                verdicts.add(new Verdict(rule.name(), rule.event(), rule.at().line(), false, objection));
            }
        }
        if (!verdicts.isEmpty()) {
            notes.decisions.add(new Decision(
                    AGGREGATE, subject, null, null, "the transaction as a whole", null, List.of(), verdicts));
        }
    }
}
