package dev.banyan.bridge.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventLimit;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.NoFaults;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Where many events become one, and where they do not. */
class BulkEventsTest {

    private static final int BYTES_MAX = 30_000;
    private static final String MAPPING = """
            version: 1
            aggregates:
              item:
                topic: items
                subject: item/{id}
                type: shop.{event}.v1
                table: itm
                key: [id]
                fields: {id: {column: id, as: integer}, v: v}
                events:
                  - {event: Imported, when: backfill}
                  - {event: Added, when: created, bulk: {event: ListImported, atLeast: 2}}
                  - {event: Removed, when: removed}
                  - {event: Changed, when: otherwise}
            """;

    private static Mapper mapper() throws Exception {
        var limit = new EventLimit(BYTES_MAX, event -> event.data().length(), 0);
        return new Mapper(MappingFile.parse(Path.of("m.yaml"), MAPPING), "shop", Secrets.NONE, limit);
    }

    private static Change inserted(long id, int characters) {
        var row = new Row(Map.of("id", id, "v", "x".repeat(characters)));
        return new Change.Inserted(new TableId("public", "itm"), row);
    }

    private static Transaction transaction(Change... changes) {
        return new Transaction(1, "1", Instant.EPOCH, List.of(changes));
    }

    private static List<String> told(List<DomainEvent> events) {
        return events.stream()
                .map(event -> event.type() + " " + event.subject())
                .toList();
    }

    @Test
    void anEventThatJustFitsByItselfStaysOneOfItsOwn() throws Exception {
        var events = mapper().map(
                        transaction(inserted(1, 10), inserted(2, BYTES_MAX - 50), inserted(3, 10)),
                        new InMemoryImages());

        assertThat(told(events)).containsExactly("shop.ListImported.v1 bulk:item", "shop.Added.v1 item/2");
        assertThat(events.getFirst().data()).startsWith("{\"count\":2,");
        assertThat(events).extracting(event -> event.data().length()).allMatch(length -> length <= BYTES_MAX);
    }

    @Test
    void aBulkEventThatTheHubRefusesIsToldAsWhatItStandsFor() throws Exception {
        var all = transaction(inserted(1, 6_000), inserted(2, 6_000), inserted(3, 6_000));
        var mapper = mapper();
        var parts = mapper.map(all, new InMemoryImages());
        assertThat(told(parts))
                .containsExactly(
                        "shop.ListImported.v1 bulk:item",
                        "shop.ListImported.v1 bulk:item",
                        "shop.ListImported.v1 bulk:item");

        mapper.refuse(Map.of(parts.get(1).id(), "InvalidParameterValue"));

        assertThat(told(mapper.map(all, new InMemoryImages())))
                .containsExactly("shop.Added.v1 item/1", "shop.Added.v1 item/2", "shop.Added.v1 item/3");
        var images = new InMemoryImages();
        var ofParts = mapper.mapPart(all, _ -> 0, images, NoFaults.HALT);
        var whole = new ArrayList<DomainEvent>();
        mapper.whole(all, ofParts, () -> {}, whole::add);
        assertThat(told(whole)).containsExactly("shop.Added.v1 item/1", "shop.Added.v1 item/2", "shop.Added.v1 item/3");
    }

    /** The part that was refused is no more when its item waits; the others would come again under ids that were told. */
    @Test
    void whatWasToldAsItemsStaysSoWhenOneOfThemIsParked() throws Exception {
        var all = transaction(inserted(1, 6_000), inserted(2, 6_000), inserted(3, 6_000));
        var limit = new EventLimit(BYTES_MAX, event -> event.data().length(), 0);
        var text = MAPPING.replace("    table:", "    onFault: park\n    table:");
        var mapper = new Mapper(MappingFile.parse(Path.of("m.yaml"), text), "shop", Secrets.NONE, limit);
        var part = mapper.map(all, new InMemoryImages()).getLast().id();
        mapper.refuse(Map.of(part, "too many"));
        var item = mapper.map(all, new InMemoryImages()).getLast().id();

        mapper.refuse(Map.of(part, "too many", item, "no such"));
        var faults = new FaultsInMemory();

        assertThat(told(mapper.map(all, new InMemoryImages(), faults)))
                .containsExactly("shop.Added.v1 item/1", "shop.Added.v1 item/2");
        assertThat(faults.parked).hasSize(1);
    }

    @Test
    void numbersOfMoreThanAMillionEventsSortAsText() throws Exception {
        var mapping = MappingFile.parse(Path.of("m.yaml"), MAPPING);
        var transaction = transaction(inserted(1, 1));
        var event = mapper().map(transaction, new InMemoryImages()).getFirst();
        var aggregate = mapping.aggregates().getFirst();
        var one = new Named(aggregate, aggregate.rules().getFirst(), event, null, 0);
        var room = new GivenEvents.Room(new NumberedRules(mapping), 1);
        var given = new GivenEvents(room, 1);
        given.add(one);
        given.add(one);
        var bulk = new BulkEvents(BulkParts.none(transaction, new EventIds("shop")), given, 999_999);
        var sequences = new ArrayList<String>();
        bulk.result(List.of()).forEach(each -> sequences.add(each.sequence()));

        assertThat(sequences).containsExactly("0000000000000001-0000000", "0000000000000001-0000001");
    }

    @Test
    void whatWasParkedBecomesNoBulkEventWhoseIdMayHaveGoneBefore() throws Exception {
        var parked = transaction(inserted(1, 10), inserted(2, 10));

        assertThat(told(mapper().map(parked, new InMemoryImages()))).containsExactly("shop.ListImported.v1 bulk:item");
        assertThat(told(mapper().mapParked(parked, new InMemoryImages(), NoFaults.HALT)))
                .containsExactly("shop.Added.v1 item/1", "shop.Added.v1 item/2");
    }
}
