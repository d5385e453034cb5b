package dev.banyan.bridge.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.EventLimit;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.secret.Keyset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A column that is redacted in another way than before: nothing is made of what the other way has left of its values. */
class RedactionKindTest {

    private static final TableId CARDS = new TableId("public", "card");
    private static final String PAN = "4000 0001 1234";

    private final InMemoryImages images = new InMemoryImages();
    private final Keyset keys = Keyset.generate(Keyset.Kind.RANDOM);
    private final Keyset equal = Keyset.generate(Keyset.Kind.DETERMINISTIC);
    private long lsn;

    @ParameterizedTest
    @ValueSource(strings = {"as: hash", "as: mask", "as: encrypt", "as: 'encrypt', mode: deterministic"})
    void anArrayHasNoTextThatStaysTheSame(String as) {
        var card = new Row(Map.of("no", 1L, "id", 1L, "pan", List.of(new byte[] {1})));
        assertThatThrownBy(() -> map(as, new Change.Inserted(CARDS, card)))
                .hasMessageContaining("public.card.pan: an array (expected: a value with one text)");
    }

    private String map(String as, Change... changes) throws Exception {
        var mapping = MappingFile.parse(Path.of("mapping.yaml"), """
                version: 1
                aggregates:
                  customer:
                    topic: customers
                    subject: customer/{no}
                    type: t.{event}.v1
                    table: cust
                    key: [no]
                    fields: {no: {column: no, as: integer}}
                    children:
                      cards:
                        table: card
                        key: [no, id]
                        parent: [no]
                        fields: {pan: {column: pan, %s}}
                    events:
                      - {event: Imported, when: backfill}
                      - {event: Added, when: created}
                      - {event: Removed, when: removed}
                      - {event: Changed, when: otherwise}
                """.formatted(as));
        var hash = new KeyedHash("a key of the bridge alone".getBytes(StandardCharsets.UTF_8));
        var mapper = new Mapper(mapping, "b", new Secrets(hash, keys.cipher(), equal.cipher()), EventLimit.NONE);
        lsn++;
        var transaction = new Transaction(lsn, String.valueOf(lsn), Instant.ofEpochSecond(lsn), List.of(changes));
        return String.join(
                "\n",
                mapper.map(transaction, images).stream()
                        .map(event -> event.type() + event.data())
                        .toList());
    }

    private static Row card(long id, String pan) {
        return new Row(Map.of("no", 1L, "id", id, "pan", pan));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', textBlock = """
            as: hash,                        as: encrypt
            as: hash,                        "as: mask, keep: 4"
            as: hash,                        as: string
            "as: mask, keep: 4",             as: hash
            "as: mask, keep: 4",             "as: mask, keep: 2"
            "as: mask, keep: 2",             "as: mask, keep: 4"
            as: encrypt,                     "as: encrypt, mode: deterministic"
            "as: encrypt, mode: deterministic", as: encrypt
            as: encrypt,                     as: token
            as: token,                       "as: token, vault: other"
            as: token,                       as: string
            """)
    void whatTheOtherWayLeftIsNotKnownBeforeABackfillHasReadIt(String first, String then) throws Exception {
        var customer = new Change.Inserted(new TableId("public", "cust"), new Row(Map.of("no", 1L)));
        map(first, customer, new Change.Inserted(CARDS, card(7, PAN)));

        assertThat(map(then, new Change.Inserted(CARDS, card(8, "9")))).isEmpty();
        var read = map(then, new Change.Read(CARDS, card(7, PAN)));
        images.clear(CARDS);
        images.clear(new TableId("public", "cust"));
        var anew =
                map(then, customer, new Change.Inserted(CARDS, card(7, PAN)), new Change.Inserted(CARDS, card(8, "9")));

        assertThat(shape(read)).isEqualTo(shape(anew).replace("Added", "Imported"));
    }

    /** What differs each time it is made, left out. */
    private static String shape(String events) {
        return events.replaceAll("enc:[^\"]*", "enc:");
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', textBlock = """
            as: hash,                           [0-9a-f]{64}
            "as: mask, keep: 4",                [*]{10}1234
            as: encrypt,                        enc:.*
            "as: encrypt, mode: deterministic", enc:.*
            as: token,                          tok_[0-9]
            """)
    void sameWayKeepsWhatItHasAndClearBecomesIt(String as, String pattern) throws Exception {
        var customer = new Change.Inserted(new TableId("public", "cust"), new Row(Map.of("no", 1L)));
        map("as: string", customer, new Change.Inserted(CARDS, card(7, PAN)));

        var pans = "t.Changed.v1\\{\"no\":1,\"cards\":\\[\\{\"pan\":\"" + pattern + "\"},\\{\"pan\":\"";
        assertThat(map(as, new Change.Inserted(CARDS, card(8, "9")))).matches(pans + ".*");
        assertThat(map(as, new Change.Updated(CARDS, card(7, PAN), card(7, PAN))))
                .isEmpty();
        assertThat(images.get(CARDS, List.of(1L, 7L))).asString().doesNotContain("4000");
        assertThat(map(as, new Change.Inserted(CARDS, card(9, "9")))).matches(pans + ".*");
    }
}
