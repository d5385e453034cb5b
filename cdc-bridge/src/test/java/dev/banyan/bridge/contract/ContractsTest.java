package dev.banyan.bridge.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.hub.CloudEventJson;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.Mapping;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.mapping.ShopHistory;
import dev.banyan.bridge.record.CloudEventHeaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Contracts say what events are, and what of them changes. */
class ContractsTest {

    private static final Path SHOP = Path.of("examples/shop/mapping.yaml");
    private static final byte[] KEY = "a key of the bridge alone".getBytes(StandardCharsets.UTF_8);
    private static final int MAPPINGS = 40;
    private static final List<Transaction> HISTORY = ThingHistory.transactions();

    @TempDir
    Path folder;

    /** Run with {@code -Dgolden.write=true} to write what comes out now; read the difference before keeping it. */
    @Test
    void theShopsContractsAreThoseBesideItsMapping() {
        var beside = SHOP.resolveSibling("contracts").toString();
        if (Boolean.getBoolean("golden.write")) {
            assertThat(Printed.of("contracts", SHOP.toString(), "--out", beside).exitCode())
                    .isZero();
        }

        var checked = Printed.of("contracts", SHOP.toString(), "--check", beside);

        assertThat(checked.exitCode())
                .as(checked + "\nwrite them: banyan bridge contracts %s --out %s", SHOP, beside)
                .isZero();
    }

    @ParameterizedTest
    @EnumSource
    void theDocumentIsAnAsyncApiDocument(Mode mode) throws Exception {
        var official = Files.readString(Path.of("src/test/resources/asyncapi/3.0.0.json"));
        var schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
                .getSchema(JsonMapper.shared().readTree(official));
        var document = Objects.requireNonNull(
                ContractFiles.of(MappingFile.read(SHOP), mode).get("asyncapi.json"));

        assertThat(schema.validate(JsonMapper.shared().readTree(document))).isEmpty();
        assertThat(schema.validate(
                        JsonMapper.shared().readTree(document.replace("\"action\": \"send\"", "\"action\": \"tell\""))))
                .isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 5, 8, 13})
    void everyEventOfTheShopFitsItsContract(long seed) throws Exception {
        var mapping = MappingFile.read(SHOP);
        var schemas = EventSchemas.closed(mapping);
        var history = new ShopHistory(seed);
        var images = new InMemoryImages();
        var events = events(mapping, history.transactions(300), images);
        events.addAll(events(mapping, history.backfill(), images));

        assertThat(events).hasSizeGreaterThan(300);
        assertThat(events.stream().flatMap(event -> schemas.problems(event).stream()))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void theEnvelopeOfEveryEventIsTheOneInTheDocument(Mode mode) throws Exception {
        var mapping = MappingFile.read(SHOP);
        var document = Objects.requireNonNull(ContractFiles.of(mapping, mode).get("asyncapi.json"));
        var history = new ShopHistory(4);
        var transactions = new ArrayList<>(history.transactions(60));
        transactions.addAll(history.backfill());
        transactions.replaceAll(each -> each.commitLsn() % 2 == 0 ? each : caused(each));
        transactions.replaceAll(each -> each.commitLsn() % 3 == 0 ? each : ofMariaDb(each));

        for (var event : events(mapping, transactions, new InMemoryImages())) {
            var envelope = EventSchemas.envelope(document, event.type(), mode);
            var whole = JsonMapper.shared()
                    .readTree(
                            mode == Mode.BINARY
                                    ? JsonMapper.shared().writeValueAsString(CloudEventHeaders.of(event, "/shop"))
                                    : CloudEventJson.of(event, "/shop"));
            assertThat(envelope.validate(whole)).as("%s", whole).isEmpty();
            var wrong = ((ObjectNode) whole).put(mode == Mode.BINARY ? "ce_subject" : "subject", "nobody/1");
            assertThat(envelope.validate(wrong)).isNotEmpty();
        }
    }

    private static Transaction ofMariaDb(Transaction transaction) {
        return new Transaction(
                transaction.commitLsn(),
                "0-1-" + transaction.commitLsn(),
                transaction.commitTime(),
                transaction.changes(),
                transaction.cause());
    }

    private static Transaction caused(Transaction transaction) {
        return new Transaction(
                transaction.commitLsn(),
                transaction.txId(),
                transaction.commitTime(),
                transaction.changes(),
                new Cause("request", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
    }

    /**
     * The check against a naive oracle: a change is breaking when some event that the new mapping makes of a history full of odd values does not
     * fit the old mapping's schema, or an old type makes no event any more.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aChangeIsBreakingExactlyWhenAnEventDoesNotFitTheContractOfBefore(long seed) throws Exception {
        var random = new Random(seed);
        var choices = RandomMapping.of(random);
        var before = thing(choices.text());
        var breaking = 0;
        for (int i = 0; i < MAPPINGS; i++) {
            choices = choices.changed(random);
            var now = thing(choices.text());
            var events = events(now, HISTORY, new InMemoryImages());
            var own = EventSchemas.closed(now);
            assertThat(events.stream().flatMap(event -> own.problems(event).stream()))
                    .as("events of\n%s", text(now))
                    .isEmpty();

            var findings = Compatibility.between(Contracts.of(before, Mode.BINARY), now, Mode.BINARY, false).stream()
                    .filter(Finding::isBreaking)
                    .toList();
            var witnesses = witnesses(before, events);

            assertThat(findings.isEmpty())
                    .as("%s\nbut %s\nfrom\n%s\nto\n%s", findings, witnesses, text(before), text(now))
                    .isEqualTo(witnesses.isEmpty());
            breaking += findings.isEmpty() ? 0 : 1;
            before = now;
        }
        assertThat(breaking).isBetween(MAPPINGS / 5, MAPPINGS - MAPPINGS / 5);
    }

    private static List<String> witnesses(Mapping before, List<DomainEvent> events) {
        var schemas = EventSchemas.of(before);
        var types = new HashSet<String>();
        events.forEach(event -> types.add(event.type()));
        var witnesses = new ArrayList<String>();
        Contracts.of(before, Mode.BINARY).byType().keySet().stream()
                .filter(type -> !types.contains(type))
                .forEach(type -> witnesses.add("no event " + type));
        events.stream()
                .filter(event -> schemas.know(event.type()))
                .flatMap(event -> schemas.problems(event).stream())
                .limit(3)
                .forEach(witnesses::add);
        return witnesses;
    }

    @Test
    void aTransactionsRuleMayHaveAnyName() throws Exception {
        var mapping = MappingFile.parse(
                SHOP,
                Files.readString(SHOP)
                        .replace(
                                "{event: CheckoutCompleted,",
                                "{event: CheckoutCompleted, name: \"check out/50% ~done\","));
        var schemas = EventSchemas.closed(mapping);
        var events = events(mapping, new ShopHistory(4).transactions(60), new InMemoryImages());

        assertThat(events).anyMatch(event -> event.type().equals("shop.sales.CheckoutCompleted.v1"));
        assertThat(events.stream().flatMap(event -> schemas.problems(event).stream()))
                .isEmpty();
        ContractFiles.write(ContractFiles.of(mapping, Mode.BINARY), folder);
        assertThat(ContractFiles.read(folder)).isEqualTo(Contracts.of(mapping, Mode.BINARY));
    }

    @SuppressWarnings("NullAway") // a record's constructor loses its type annotations in the class file
    @Test
    void yearsThatTheMappingPromisesHaveRoomInTheContract() throws Exception {
        var mapping = thing("""
                version: 1
                aggregates:
                  find:
                    topic: finds
                    subject: find/{no}
                    type: t.{event}.v1
                    table: fnd
                    key: [no]
                    fields:
                      no: {column: no, as: integer}
                      day: {column: day, as: date}
                      at: {column: at, as: timestamp}
                      end: {column: end, as: timestamp, ifNull: "2000-01-01T00:00:00+01:00"}
                    events:
                      - {event: Imported, when: backfill}
                      - {event: Added, when: created}
                      - {event: Removed, when: removed}
                      - {event: Changed, when: otherwise}
                """);
        var schemas = EventSchemas.closed(mapping);
        var table = new TableId("public", "fnd");
        for (var year : List.of(-43, 0, 1, 2026, 9_999, 12_345, 294_276)) {
            Map<String, @Nullable Object> values = new HashMap<>();
            values.put("no", (long) year);
            values.put("day", LocalDate.of(year, 3, 15));
            values.put("at", OffsetDateTime.of(year, 6, 7, 8, 9, 10, 120_000_000, ZoneOffset.UTC));
            values.put("end", null);
            var row = new Row(values);
            var event = events(
                            mapping,
                            List.of(new Transaction(1, "1", Instant.EPOCH, List.of(new Change.Inserted(table, row)))),
                            new InMemoryImages())
                    .getFirst();

            assertThat(event.data()).contains(LocalDate.of(year, 3, 15).toString());
            assertThat(schemas.problems(event)).isEmpty();
        }
        var strange = new DomainEvent(
                "1",
                "t.Added.v1",
                "finds",
                "find/1",
                Instant.EPOCH,
                "1",
                "1",
                false,
                List.of(),
                "",
                Cause.UNKNOWN,
                "{\"no\":1,\"day\":\"12345-03-15\",\"at\":\"2026-06-07 08:09:10\",\"end\":\"\"}");
        assertThat(schemas.problems(strange)).as("day and at").hasSize(2);
    }

    @Test
    void aContractWithTheFormatsOfBeforeMeansTheSame() throws Exception {
        var out = folder.resolve("formats");
        var mapping = MappingFile.read(SHOP);
        var files = ContractFiles.of(mapping, Mode.BINARY);
        files.replaceAll(
                (_, text) -> text.replaceAll("\"pattern\": \"\\^\\(-[^\"]*T[^\"]*\"", "\"format\": \"date-time\"")
                        .replaceAll("\"pattern\": \"\\^\\(-[^\"]*\"", "\"format\": \"date\""));
        assertThat(files.toString()).contains("\"format\": \"date-time\"");
        ContractFiles.write(files, out);

        assertThat(ContractFiles.read(out)).isEqualTo(Contracts.of(mapping, Mode.BINARY));
    }

    @ParameterizedTest
    @ValueSource(longs = {21})
    void contractsAreReadBackAsTheyWereWritten(long seed) throws Exception {
        var random = new Random(seed);
        for (int i = 0; i < MAPPINGS; i++) {
            var mapping = thing(RandomMapping.of(random).text());
            var out = folder.resolve("contracts" + i);
            var mode = i % 2 == 0 ? Mode.BINARY : Mode.STRUCTURED;
            ContractFiles.write(ContractFiles.of(mapping, mode), out);

            assertThat(ContractFiles.read(out)).isEqualTo(Contracts.of(mapping, mode));
            assertThat(Compatibility.between(ContractFiles.read(out), mapping, mode, true))
                    .isEmpty();
        }
    }

    private Mapping thing(String text) throws Exception {
        return MappingFile.read(Files.writeString(Files.createTempFile(folder, "mapping", ".yaml"), text));
    }

    private static String text(Mapping mapping) throws Exception {
        return Files.readString(mapping.file());
    }

    private static List<DomainEvent> events(Mapping mapping, List<Transaction> transactions, InMemoryImages images) {
        var mapper = new Mapper(mapping, "shop", KEY);
        var events = new ArrayList<DomainEvent>();
        transactions.forEach(transaction -> events.addAll(mapper.map(transaction, images)));
        return events;
    }
}
