package dev.banyan.bridge.contract;

import dev.banyan.bridge.contract.Shape.Forms;
import dev.banyan.bridge.contract.Shape.Thing;
import dev.banyan.bridge.mapping.Aggregate;
import dev.banyan.bridge.mapping.Mapping;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The contracts of all events of a mapping, by type; how the hub carries them, and what the URIs of their schemas begin with. {@code kept} is the data of
 * types that are sent no more, but lie in the lake.
 */
public record Contracts(
        SortedMap<String, EventContract> byType, Mode mode, String base, SortedMap<String, Forms> kept) {

    public Contracts {
        byType = Collections.unmodifiableSortedMap(new TreeMap<>(byType));
        kept = Collections.unmodifiableSortedMap(new TreeMap<>(kept));
    }

    /** What {@code mapping} promises on a hub of {@code mode}. */
    public static Contracts of(Mapping mapping, Mode mode) {
        var drafts = new TreeMap<String, Draft>();
        mapping.aggregates().forEach(aggregate -> add(aggregate, drafts));
        for (var rule : mapping.transactions()) {
            drafts.computeIfAbsent(rule.type(), _ -> new Draft())
                    .add(rule.topic(), rule.subjectTemplate(), ContractShapes.of(rule));
        }
        var byType = new TreeMap<String, EventContract>();
        drafts.forEach((type, draft) ->
                byType.put(type, new EventContract(type, draft.topics, draft.subjects, new Forms(draft.forms))));
        return new Contracts(byType, mode, mapping.contracts(), new TreeMap<>());
    }

    private record Draft(SortedSet<String> topics, SortedSet<String> subjects, Map<String, Thing> forms) {
        private Draft() {
            this(new TreeSet<>(), new TreeSet<>(), new LinkedHashMap<>());
        }

        private void add(String topic, String subject, Map<String, Thing> more) {
            topics.add(topic);
            subjects.add(subject);
            forms.putAll(more);
        }
    }

    private static void add(Aggregate aggregate, Map<String, Draft> drafts) {
        var shapes = new ContractShapes(aggregate);
        var formsByBulk = new LinkedHashMap<String, Map<String, Thing>>();
        for (var rule : aggregate.allRules()) {
            var forms = shapes.of(rule);
            draft(aggregate, rule.event(), drafts)
                    .add(aggregate.topic(), aggregate.subject().template(), forms);
            if (rule.bulk() != null) {
                formsByBulk
                        .computeIfAbsent(rule.bulk().event(), _ -> new LinkedHashMap<>())
                        .putAll(forms);
            }
        }
        formsByBulk.forEach((event, forms) -> draft(aggregate, event, drafts)
                .add(aggregate.topic(), aggregate.bulkSubject(), shapes.bulk(new Forms(forms))));
    }

    private static Draft draft(Aggregate aggregate, String event, Map<String, Draft> drafts) {
        return drafts.computeIfAbsent(aggregate.type(event), _ -> new Draft());
    }
}
