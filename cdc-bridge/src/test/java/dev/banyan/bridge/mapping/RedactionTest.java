package dev.banyan.bridge.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventLimit;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.secret.Keyset;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** What encryption and tokens do to events: which stay equal, which change, and that no plain value gets into one. */
class RedactionTest {

    private static final TableId TABLE = new TableId("public", "cust");
    private static final TableId CARDS = new TableId("public", "card");
    private static final String MAPPING = """
            version: 1
            aggregates:
              customer:
                topic: customers
                subject: customer/{no}
                type: t.{event}.v1
                table: cust
                key: [no]
                fields:
                  no: {column: no, as: integer}
                  iban: {column: iban, as: encrypt}
                  mail: {column: mail, as: encrypt, mode: deterministic}
                  phone: {column: phone, as: token}
                  payer: {column: payer, as: token, vault: people}
                  payee: {column: payee, as: token, vault: people}
                children:
                  cards:
                    table: card
                    key: [no, id]
                    parent: [no]
                    fields: {pan: {column: pan, as: encrypt}}
                events:
                  - {event: Imported, when: backfill}
                  - {event: Added, when: created}
                  - {event: Removed, when: removed}
                  - {event: MailChanged, when: {changed: [mail]}}
                  - {event: Changed, when: otherwise}
            """;

    @TempDir
    Path folder;

    private final InMemoryImages images = new InMemoryImages();
    private final Keyset equal = Keyset.generate(Keyset.Kind.DETERMINISTIC);
    private Keyset keys = Keyset.generate(Keyset.Kind.RANDOM);
    private Mapping mapping;
    private long lsn;

    @BeforeEach
    void read() throws Exception {
        mapping = MappingFile.read(Files.writeString(folder.resolve("mapping.yaml"), MAPPING));
    }

    private List<DomainEvent> map(Change... changes) {
        var hash = new KeyedHash("a key of the bridge alone".getBytes(StandardCharsets.UTF_8));
        var mapper = new Mapper(mapping, "b", new Secrets(hash, keys.cipher(), equal.cipher()), EventLimit.NONE);
        lsn++;
        return mapper.map(
                new Transaction(lsn, String.valueOf(lsn), Instant.ofEpochSecond(lsn), List.of(changes)), images);
    }

    @SuppressWarnings("NullAway") // a record's constructor loses its type annotations in the class file
    private static Row row(long no, Object... columns) {
        Map<String, @Nullable Object> values = new HashMap<>();
        values.put("no", no);
        List.of("iban", "mail", "phone", "payer", "payee").forEach(column -> values.put(column, null));
        for (var i = 0; i < columns.length; i += 2) {
            values.put((String) columns[i], columns[i + 1]);
        }
        return new Row(values);
    }

    private static Change insert(long no, Object... columns) {
        return new Change.Inserted(TABLE, row(no, columns));
    }

    private static Change update(long no, Object... columns) {
        return new Change.Updated(TABLE, row(no), row(no, columns));
    }

    private static String field(List<DomainEvent> events, String name) {
        return JsonMapper.shared().readTree(events.getLast().data()).path(name).asString();
    }

    private static String names(List<DomainEvent> events) {
        return events.stream()
                .map(event -> event.type() + event.changed())
                .toList()
                .toString();
    }

    @Test
    void randomEncryptionHidesWhatIsEqualAndChangesOnlyWithTheValue() {
        var first = field(map(insert(1, "iban", "DE02 1234")), "iban");
        var second = field(map(insert(2, "iban", "DE02 1234")), "iban");

        assertThat(first).startsWith("enc:" + keys.keys().getFirst().id() + ":").isNotEqualTo(second);
        assertThat(keys.cipher().decrypt(first, "public.cust.iban")).isEqualTo("DE02 1234");
        assertThat(keys.cipher().decrypt(first, "public.cust.mail"))
                .as("it is bound to its column")
                .isNull();
        assertThat(map(update(1, "iban", "DE02 1234"))).as("nothing changed").isEmpty();
        var third = map(update(1, "iban", "DE02 9999"));
        assertThat(names(third)).isEqualTo("[t.Changed.v1[iban]]");
        assertThat(field(third, "iban")).isNotEqualTo(first);
    }

    @Test
    void aRowDeletedAndInsertedAgainHasNotChanged() {
        var before = map(insert(1, "iban", "DE02 1234", "mail", "a@x.example"));
        var after = map(new Change.Deleted(TABLE, row(1)), insert(1, "iban", "DE02 1234", "mail", "b@x.example"));

        assertThat(names(after)).isEqualTo("[t.MailChanged.v1[mail]]");
        assertThat(field(after, "iban")).isEqualTo(field(before, "iban"));
    }

    @Test
    void deterministicEncryptionShowsWhatIsEqualWithinAColumn() {
        var first = map(insert(1, "mail", "a@x.example"));
        var second = map(insert(2, "mail", "a@x.example"));

        assertThat(field(first, "mail")).isEqualTo(field(second, "mail")).startsWith("enc:");
        assertThat(equal.cipher().decrypt(field(first, "mail"), "public.cust.mail"))
                .isEqualTo("a@x.example");
    }

    @Test
    void oneVaultGivesAValueOneTokenAndAnotherVaultAnother() {
        var events = map(insert(1, "phone", "0151", "payer", "Ann", "payee", "Ann"), insert(2, "payee", "0151"));

        assertThat(events).extracting(DomainEvent::data).noneMatch(data -> data.contains("0151"));
        var ann = JsonMapper.shared().readTree(events.getFirst().data());
        assertThat(ann.path("payer").asString())
                .startsWith("tok_")
                .isEqualTo(ann.path("payee").asString());
        assertThat(field(events, "payee")).isNotEqualTo(ann.path("phone").asString());
        assertThat(field(map(insert(3, "phone", "0151")), "phone"))
                .isEqualTo(ann.path("phone").asString());
    }

    @Test
    void aNewKeyEncryptsWhatChangesAndAnOldOneIsNeededUntilItIsRemoved() {
        var old = field(map(insert(1, "iban", "DE02 1234")), "iban");
        var oldKey = keys.keys().getFirst().id();
        keys = keys.withNewKey();
        keys = keys.encryptingWith(keys.keys().getLast().id());

        assertThat(keys.cipher().decrypt(old, "public.cust.iban")).isEqualTo("DE02 1234");
        assertThat(map(update(1, "iban", "DE02 1234"))).as("nothing changed").isEmpty();
        assertThat(field(map(insert(2, "iban", "X")), "iban"))
                .startsWith("enc:" + keys.keys().getLast().id() + ":");
        assertThatThrownBy(() -> keys.without(keys.keys().getLast().id())).hasMessageContaining("it encrypts");

        keys = keys.without(oldKey);
        assertThat(keys.cipher().decrypt(old, "public.cust.iban")).isNull();
        var anew = map(new Change.Read(TABLE, row(1, "iban", "DE02 1234")));
        assertThat(keys.cipher().decrypt(field(anew, "iban"), "public.cust.iban"))
                .as("a backfill encrypts anew what no key reads")
                .isEqualTo("DE02 1234");
    }

    @Test
    void whatWasRememberedInClearIsNeverSentSo() {
        images.put(TABLE, List.of(1L), row(1, "iban", "DE02 1234", "payer", "Ann"), List.of());
        var card = new Row(Map.of("no", 1L, "id", 7L, "pan", "4000 0000"));
        images.put(CARDS, List.of(1L, 7L), card, List.of(1L));

        var events = map(update(1, "iban", "DE02 1234", "payer", "Ann", "mail", "a@x.example"));

        assertThat(names(events)).isEqualTo("[t.MailChanged.v1[mail]]");
        assertThat(events.getFirst().data())
                .doesNotContain("DE02", "Ann", "4000")
                .contains("\"pan\":\"enc:", "tok_");
        assertThat(images.get(TABLE, List.of(1L))).asString().doesNotContain("DE02", "Ann");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            as: hash,            [0-9a-f]{64}
            'as: mask, keep: 4', '[*]{11}.org'
            as: mask,            '[*]{15}'
            """)
    void aHashOrMaskThatIsAddedLaterHidesWhatWasRememberedToo(String redacted, String pattern) throws Exception {
        var clear = MAPPING.replace("{column: mail, as: encrypt, mode: deterministic}", "mail")
                .replace("{column: pan, as: encrypt}", "pan");
        mapping = MappingFile.parse(Path.of("clear.yaml"), clear);
        map(insert(1, "mail", "ada@example.org"), card(7, "bob@example.org"));
        mapping = MappingFile.parse(
                Path.of("redacted.yaml"),
                MAPPING.replace("as: encrypt, mode: deterministic", redacted)
                        .replace("{column: pan, as: encrypt}", "{column: pan, " + redacted + "}"));

        var first = map(card(8, "cyd@example.org"));
        var second = map(card(9, null));

        for (var events : List.of(first, second)) {
            assertThat(names(events)).isEqualTo("[t.Changed.v1[cards]]");
            assertThat(field(events, "mail")).matches(pattern);
            assertThat(events.getFirst().data()).doesNotContain("ada@", "bob@", "cyd@");
        }
        assertThat(field(second, "mail")).as("replaced once").isEqualTo(field(first, "mail"));
        assertThat(images.get(TABLE, List.of(1L))).asString().doesNotContain("ada@");
    }

    @SuppressWarnings("NullAway") // a record's constructor loses its type annotations in the class file
    private static Change card(long id, @Nullable String pan) {
        Map<String, @Nullable Object> values = new HashMap<>(Map.of("no", 1L, "id", id));
        values.put("pan", pan);
        return new Change.Inserted(CARDS, new Row(values));
    }

    @Test
    void numbersAndBytesAreTextsAndAnyTextComesBack() {
        var cipher = keys.cipher();
        for (var value : List.<Object>of(new BigDecimal("1E+3"), new byte[] {0, -1}, "", "a \u0000 \ud83d\ude00 \n")) {
            var sealed = field(map(insert(lsn + 10, "iban", value)), "iban");
            var plain =
                    switch (value) {
                        case BigDecimal number -> number.toPlainString();
                        case byte[] _ -> "00ff";
                        default -> value.toString();
                    };
            assertThat(cipher.decrypt(sealed, "public.cust.iban")).isEqualTo(plain);
        }
        assertThatThrownBy(() -> map(insert(99, "phone", "9".repeat(100_001))))
                .hasMessageContaining("public.cust.phone: a value of 100001 characters")
                .hasMessageNotContaining("9999");
    }

    @Test
    void whoLacksAKeyIsTold() {
        assertThatThrownBy(() -> new Mapper(mapping, "b", Secrets.NONE, EventLimit.NONE))
                .hasMessageMatching("(hash key|keys.encrypt|keys.deterministic): none \\(expected: one, public.*");
        assertThatThrownBy(() -> Keyset.parse("{\"key\": 1}", "keys.encrypt: x"))
                .hasMessage("keys.encrypt: x: no keyset (expected: one of Tink in JSON, as `banyan bridge keys create`"
                        + " makes it)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            {column: iban, as: encrypt, mode: equal}   | 11:47 | 'equal' (expected: one of random, deterministic)
            {column: iban, as: encrypt, vault: people} | 11:41 | unknown key 'vault'
            {column: phone, as: token, vault: p p}     | 11:47 | 'p p' (expected: a name of at most 100 letters and digits
            {column: mail, as: encrypt}                | 12:7 | column 'mail' redacted otherwise in line 11
            mail                                       | 11:7 | column 'mail' in clear here and redacted in line 12
            """)
    void whatIsWrongIsToldWithLineAndColumn(String field, String place, String message) {
        var text = MAPPING.replace("iban: {column: iban, as: encrypt}", "iban: " + field);
        assertThatThrownBy(() -> MappingFile.read(Files.writeString(folder.resolve("wrong.yaml"), text)))
                .hasMessageContaining(message)
                .hasMessageContaining("wrong.yaml:" + place + ":");
    }

    @Test
    void aConditionOnAValueNobodyKnowsIsRefused() {
        var text = MAPPING.replace("{changed: [mail]}", "{field: mail, to: a@x.example}");
        assertThatThrownBy(() -> MappingFile.read(Files.writeString(folder.resolve("wrong.yaml"), text)))
                .hasMessageContaining("'mail', of which nobody knows the value (expected: changed: [mail])");
    }

    @Test
    void aTextThatSomebodyChangedIsNotRead() {
        FieldCipher cipher = keys.cipher();
        var sealed = cipher.encrypt("DE02 1234", "place");
        var changed = sealed.substring(0, sealed.length() - 2) + (sealed.endsWith("AA") ? "BB" : "AA");
        assertThat(cipher.decrypt(changed, "place")).isNull();
        assertThat(cipher.decrypt("DE02 1234", "place")).isNull();
    }
}
