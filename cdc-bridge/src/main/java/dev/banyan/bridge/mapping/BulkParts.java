package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventLimit;
import dev.banyan.bridge.change.Transaction;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Where a rule with {@code bulk} names enough of a transaction's events, makes them one event in parts. */
final class BulkParts {

    /*
     * A part is bounded because a hub takes no message above about a megabyte. An item carries what its own event would have carried,
     * so that a consumer can apply it to its subject under the sequence that its own event would have: a subject may have events of other rules
     * between two items of one part, and many items in it. All bulk events of an aggregate have one subject, and so one order.
     *
     * What is parked is resubmitted a part at a time, so a bulk event of it could have the id of one that went before: there is none then.
     * An event that would not leave room for a part's own words stays one of its own, and so do all of a rule of which the hub has refused a part for good: the
     * part is nobody's alone, and each of its items may have an answer of its own.
     *
     * The events may lie in files: they are read once to count, once to tell, and once more for each bulk event, of which one part is in memory.
     */
    static final int PART_ITEMS_MAX = 500;

    static final int PART_CHARACTERS_MAX = 400_000;
    /** What one aggregate that is parked takes away is hardly ever more: its events would be some hundred megabytes. */
    private static final int PARTS_PARKED_MAX = 1_000;

    private static final int ENVELOPE_CHARACTERS = 2_000;
    private static final int ITEM_CHARACTERS = 145;

    private static final JsonFactory JSON = new JsonFactory();

    /** How many events a rule names, and where each of their parts begins. */
    private final class Filling {
        private final Named first;
        private int count;
        private int parts;
        private int items;
        private long characters;

        private Filling(Named first) {
            this.first = first;
        }

        /** Adds {@code event}; true when it is the first of a part. */
        boolean begins(DomainEvent event) {
            var length = characters(event);
            var isFirst = parts == 0 || items == PART_ITEMS_MAX || characters + length > charactersMax;
            if (isFirst) {
                parts++;
                items = 0;
                characters = 0;
            }
            count++;
            items++;
            characters += length;
            return isFirst;
        }
    }

    private final Transaction transaction;
    private final EventIds ids;
    private final long charactersMax;
    private final Set<String> refusedIds;

    private BulkParts(Transaction transaction, EventIds ids, long charactersMax, Set<String> refusedIds) {
        this.transaction = transaction;
        this.ids = ids;
        this.charactersMax = charactersMax;
        this.refusedIds = refusedIds;
    }

    /** Bulk events of {@code transaction} for a hub that takes events up to {@code limit}. */
    BulkParts(Transaction transaction, EventIds ids, EventLimit limit) {
        // A character is at most three bytes of UTF-8.
        this(
                transaction,
                ids,
                Math.min(PART_CHARACTERS_MAX, limit.bytesMax() / 3 - ENVELOPE_CHARACTERS),
                limit.refusedById().keySet());
    }

    /** No bulk events of {@code transaction}. */
    static BulkParts none(Transaction transaction, EventIds ids) {
        return new BulkParts(transaction, ids, 0, Set.of());
    }

    boolean mayBeBulk(Named named) {
        return named.rule().bulk() != null && !named.event().backfill() && characters(named.event()) <= charactersMax;
    }

    /** Gives {@code each} the events of {@code all}, which can be read again and again, in their order; a bulk event stands where its first item stood. */
    void tell(Iterable<Named> all, Consumer<DomainEvent> each) {
        var together = new IdentityHashMap<EventRule, Filling>();
        for (var named : all) {
            if (mayBeBulk(named)) {
                together.computeIfAbsent(named.rule(), _ -> new Filling(named)).begins(named.event());
            }
        }
        together.entrySet().removeIf(entry -> entry.getValue().count < atLeast(entry.getKey()));
        together.values().removeIf(this::isRefused);
        var told = new HashSet<Filling>();
        for (var named : all) {
            var filling = mayBeBulk(named) ? together.get(named.rule()) : null;
            if (filling == null) {
                each.accept(named.event());
            } else if (told.add(filling)) {
                tell(all, together, filling, each);
            }
        }
    }

    /** Parts that are no more count, too: what was parked of the transaction since would else bring the others back under ids that were told. */
    private boolean isRefused(Filling whole) {
        return !refusedIds.isEmpty()
                && IntStream.rangeClosed(1, whole.parts + refusedIds.size() + PARTS_PARKED_MAX)
                        .anyMatch(number -> refusedIds.contains(id(whole.first, number)));
    }

    private String id(Named first, int number) {
        return ids.id(
                transaction,
                idName(first.rule(), Integer.toString(number)),
                first.aggregate().bulkSubject());
    }

    private static int atLeast(EventRule rule) {
        return rule.bulk() == null ? Integer.MAX_VALUE : rule.bulk().atLeast();
    }

    private void tell(
            Iterable<Named> all,
            IdentityHashMap<EventRule, Filling> together,
            Filling whole,
            Consumer<DomainEvent> each) {
        var filling = new Filling(whole.first);
        var part = new ArrayList<Named>();
        for (var named : all) {
            if (!mayBeBulk(named) || together.get(named.rule()) != whole) {
                continue;
            }
            if (filling.begins(named.event()) && !part.isEmpty()) {
                each.accept(bulkEvent(part, filling.parts - 1, whole));
                part.clear();
            }
            part.add(named);
        }
        each.accept(bulkEvent(part, filling.parts, whole));
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
    static String idName(EventRule rule, String number) {
        return rule.name() + "/bulk/" + number;
    }

    private DomainEvent bulkEvent(List<Named> part, int number, Filling whole) {
        var first = part.getFirst();
        var bulk = first.rule().bulk();
        if (bulk == null) {
            throw new IllegalStateException("rule " + first.rule().name() + ": no bulk");
        }
        var subject = first.aggregate().bulkSubject();
        return new DomainEvent(
                id(first, number),
                first.aggregate().type(bulk.event()),
                first.aggregate().topic(),
                subject,
                transaction.commitTime(),
                first.event().sequence(),
                transaction.txId(),
                false,
                List.of(),
                first.aggregate().schema(bulk.event()),
                first.event().cause(),
                data(part, number, whole.parts, whole.count));
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
            part.forEach(member -> item(json, member.event()));
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
        json.writeName("sequence");
        json.writeString(event.sequence());
        json.writeName("changed");
        json.writeStartArray();
        event.changed().forEach(json::writeString);
        json.writeEndArray();
        json.writeName("data");
        json.writeRawValue(event.data());
        json.writeEndObject();
    }
}
