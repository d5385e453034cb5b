package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.mapping.Conditions.Values;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** The events of one transaction, in order. Where a rule with {@code bulk} names enough of them, they become one event in parts. */
final class BulkEvents {

    /*
     * A part is bounded because a hub takes no message above about a megabyte. An item carries what its own event would have carried,
     * so that a consumer can apply it to its subject under the bulk event's sequence. All bulk events of an aggregate have one subject,
     * and so one order.
     *
     * What is parked is resubmitted a part at a time, so a bulk event of it could have the id of one that went before: there is none then.
     * An event that would not leave room for a part's own words stays one of its own.
     */
    static final int PART_ITEMS_MAX = 500;

    static final int PART_CHARACTERS_MAX = 400_000;
    private static final int ENVELOPE_CHARACTERS = 2_000;
    private static final int ITEM_CHARACTERS = 100;

    private static final JsonFactory JSON = new JsonFactory();

    private record Named(
            Aggregate aggregate,
            EventRule rule,
            DomainEvent event,
            @Nullable Values told) {}

    private final Transaction transaction;
    private final EventIds ids;
    private final List<Named> all = new ArrayList<>();
    private final long charactersMax;
    private boolean hasBulk;

    /** Bulk events of {@code transaction} for a hub that takes events of {@code bytesMax} bytes; of 0 bytes, none. */
    BulkEvents(Transaction transaction, EventIds ids, long bytesMax) {
        this.transaction = transaction;
        this.ids = ids;
        // A character is at most three bytes of UTF-8.
        this.charactersMax = Math.min(PART_CHARACTERS_MAX, bytesMax / 3 - ENVELOPE_CHARACTERS);
    }

    /** The number of the next event in its transaction. */
    int next() {
        return all.size();
    }

    /** Adds an event; {@code told} is what conditions about the transaction may ask of it. */
    void add(Aggregate aggregate, EventRule rule, DomainEvent event, @Nullable Values told) {
        all.add(new Named(aggregate, rule, event, told));
        hasBulk |= mayBeBulk(all.getLast());
    }

    /** The events before any are put together. */
    List<TransactionEvents.Given> given() {
        return all.stream()
                .map(named -> new TransactionEvents.Given(named.rule.event(), named.event, named.told))
                .toList();
    }

    List<DomainEvent> result() {
        if (!hasBulk) {
            return all.stream().map(Named::event).toList();
        }
        var together = all.stream()
                .filter(this::mayBeBulk)
                .collect(Collectors.groupingBy(Named::rule, LinkedHashMap::new, Collectors.toList()));
        together.entrySet().removeIf(entry -> entry.getValue().size() < atLeast(entry.getKey()));
        var told = new HashSet<EventRule>();
        var result = new ArrayList<DomainEvent>();
        for (var named : all) {
            var members = mayBeBulk(named) ? together.get(named.rule) : null;
            if (members == null) {
                result.add(named.event);
            } else if (told.add(named.rule)) {
                result.addAll(parts(members));
            }
        }
        return List.copyOf(result);
    }

    private boolean mayBeBulk(Named named) {
        return named.rule.bulk() != null && !named.event.backfill() && characters(named.event) <= charactersMax;
    }

    private static int atLeast(EventRule rule) {
        return rule.bulk() == null ? Integer.MAX_VALUE : rule.bulk().atLeast();
    }

    private List<DomainEvent> parts(List<Named> members) {
        var parts = new ArrayList<List<Named>>();
        var part = new ArrayList<Named>();
        long characters = 0;
        for (var member : members) {
            var length = characters(member.event);
            if (!part.isEmpty() && (part.size() == PART_ITEMS_MAX || characters + length > charactersMax)) {
                parts.add(List.copyOf(part));
                part.clear();
                characters = 0;
            }
            part.add(member);
            characters += length;
        }
        parts.add(List.copyOf(part));
        var events = new ArrayList<DomainEvent>();
        for (int i = 0; i < parts.size(); i++) {
            events.add(bulkEvent(parts.get(i), i + 1, parts.size(), members.size()));
        }
        return events;
    }

    private static int characters(DomainEvent event) {
        var changed =
                event.changed().stream().mapToInt(name -> name.length() + 3).sum();
        return ITEM_CHARACTERS
                + event.subject().length()
                + changed
                + event.data().length();
    }

    /** What of the part {@code number} of a rule's bulk event goes into its id. */
    static String idName(EventRule rule, int number) {
        return rule.name() + "/bulk/" + number;
    }

    private DomainEvent bulkEvent(List<Named> part, int number, int parts, int count) {
        var first = part.getFirst();
        var bulk = first.rule.bulk();
        if (bulk == null) {
            throw new IllegalStateException("rule " + first.rule.name() + ": no bulk");
        }
        var subject = first.aggregate.bulkSubject();
        return new DomainEvent(
                ids.id(transaction, idName(first.rule, number), subject),
                first.aggregate.type(bulk.event()),
                first.aggregate.topic(),
                subject,
                transaction.commitTime(),
                first.event.sequence(),
                transaction.txId(),
                false,
                List.of(),
                first.aggregate.schema(bulk.event()),
                first.event.cause(),
                data(part, number, parts, count));
    }

    private static String data(List<Named> part, int number, int parts, int count) {
        var text = new StringWriter(1024);
        try (var json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            var numbers = new LinkedHashMap<String, Integer>();
            numbers.put("count", count);
            numbers.put("part", number);
            numbers.put("parts", parts);
            numbers.forEach((name, value) -> {
                json.writeName(name);
                json.writeNumber(value);
            });
            json.writeName("items");
            json.writeStartArray();
            part.forEach(member -> item(json, member.event));
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.toString();
    }

    private static void item(JsonGenerator json, DomainEvent event) {
        json.writeStartObject();
        json.writeName("subject");
        json.writeString(event.subject());
        json.writeName("id");
        json.writeString(event.id());
        json.writeName("changed");
        json.writeStartArray();
        event.changed().forEach(json::writeString);
        json.writeEndArray();
        json.writeName("data");
        json.writeRawValue(event.data());
        json.writeEndObject();
    }
}
