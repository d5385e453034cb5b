package dev.banyan.bridge.run;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.lake.LakeFilter;
import dev.banyan.bridge.lake.LakeReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One comparison of what a journal says was written with the events of it, and with the table. */
final class JournalCheck {

    private static final JsonMapper JSON = JsonMapper.shared();

    /** What an item is; its values are what their numbers say. */
    private record State(String v, @Nullable String big) {
        String noted() {
            return HardValues.number(v) + (big == null ? "" : "/" + HardValues.bigNumber(big));
        }
    }

    private final Connection connection;
    private final boolean knowsTransactionId;
    private final Map<String, Set<String>> found = new TreeMap<>();
    private final List<String> order = new ArrayList<>();
    private final Map<String, Long> last = new HashMap<>();
    private final Map<String, State> folded = new TreeMap<>();
    private final Map<String, List<String>> purchases = new HashMap<>();
    private final PurchaseRows rows = new PurchaseRows();

    JournalCheck(Connection connection, boolean knowsTransactionId) {
        this.connection = connection;
        this.knowsTransactionId = knowsTransactionId;
    }

    /** By transaction, what it did: {@code subject=number}, {@code -} for a row that is gone. */
    private Map<String, Set<String>> entries() throws SQLException {
        var entries = new TreeMap<String, Set<String>>();
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("SELECT tx, id, v FROM journal")) {
            while (result.next()) {
                entries.computeIfAbsent(result.getString(1), _ -> new TreeSet<>())
                        .add("item/" + result.getLong(2) + "=" + result.getString(3));
            }
        }
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("SELECT tx, id, state FROM purchase_journal")) {
            while (result.next()) {
                entries.computeIfAbsent(result.getString(1), _ -> new TreeSet<>())
                        .add("purchase/" + result.getLong(2) + "=" + result.getString(3));
            }
        }
        return entries;
    }

    /** The table as it is: subject to state. */
    private Map<String, State> table() throws SQLException {
        var found = new TreeMap<String, State>();
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("SELECT id, v, big FROM item")) {
            while (result.next()) {
                found.put("item/" + result.getLong(1), new State(result.getString(2), result.getString(3)));
            }
        }
        return found;
    }

    private static State state(ConsumerRecord<String, String> event) {
        var data = data(event);
        var big = data.path("big");
        return new State(data.path("v").asString(), big.isString() ? big.asString() : null);
    }

    private static JsonNode data(ConsumerRecord<String, String> event) {
        var dataref = event.headers().lastHeader("ce_dataref");
        try {
            return JSON.readTree(
                    dataref == null
                            ? event.value()
                            : Files.readString(Path.of(URI.create(TestBridge.header(event, "ce_dataref")))));
        } catch (IOException e) {
            throw new UncheckedIOException("reading the data that " + event.key() + " names", e);
        }
    }

    /**
     * Nothing lost, nothing invented, no value altered, no transaction torn or repeated, no key out of order; a row that a backfill tells of
     * is as the events before it say, and all of them folded are the table. The lake holds what the hub holds, in the same order; what a
     * backfill told of a row just before a kill may be missing when it was told again. Returns the number of transactions.
     */
    int check(List<ConsumerRecord<String, String>> events, Path lake) throws SQLException {
        events.forEach(this::take);
        rows.end();
        var entries = entries();
        if (knowsTransactionId) {
            assertThat(found).isEqualTo(entries);
        } else {
            assertThat(found.values()).containsExactlyInAnyOrderElementsOf(entries.values());
        }
        assertThat(order).as("transactions stand together").doesNotHaveDuplicates();
        assertThat(folded).isEqualTo(table());
        assertThat(purchases).as("purchases, in order").isNotEmpty().isEqualTo(Purchases.histories(connection));
        purchases.values().removeIf(history -> history.getLast().equals(Purchases.GONE));
        assertThat(purchases.entrySet().stream().collect(toMap(Map.Entry::getKey, each -> each.getValue()
                        .getLast())))
                .isEqualTo(Purchases.table(connection));
        compareLake(events, lake);
        return entries.size();
    }

    private void take(ConsumerRecord<String, String> event) {
        var subject = event.key();
        if (Purchases.isOne(subject)) {
            takePurchase(event);
            return;
        }
        switch (TestBridge.header(event, "ce_type")) {
            case "t.Imported.v1" ->
                assertThat(state(event)).as("backfill of " + subject).isEqualTo(folded.get(subject));
            case "t.Removed.v1" -> {
                folded.remove(subject);
                take(event, "-", Long.MAX_VALUE);
            }
            default -> {
                var state = state(event);
                folded.put(subject, state);
                take(event, state.noted(), HardValues.number(state.v));
            }
        }
    }

    private void takePurchase(ConsumerRecord<String, String> event) {
        var type = TestBridge.header(event, "ce_type");
        var data = data(event);
        if (PurchaseRows.isAboutOne(type)) {
            rows.row(event.key(), type, data);
            return;
        }
        rows.state(event.key(), data);
        var state = type.equals("t.Removed.v1") ? Purchases.GONE : Purchases.state(data);
        var history = purchases.computeIfAbsent(event.key(), _ -> new ArrayList<>());
        if (type.equals("t.Imported.v1")) {
            assertThat(state).as("backfill of " + event.key()).isEqualTo(history.isEmpty() ? null : history.getLast());
        } else {
            history.add(state);
            note(event, state);
        }
    }

    private void take(ConsumerRecord<String, String> event, String noted, long rank) {
        note(event, noted);
        var before = last.put(event.key(), rank);
        assertThat(before == null || before < rank)
                .as("order of " + event.key())
                .isTrue();
    }

    private void note(ConsumerRecord<String, String> event, String noted) {
        var tx = TestBridge.header(event, "ce_txid");
        assertThat(found.computeIfAbsent(tx, _ -> new TreeSet<>()).add(event.key() + "=" + noted))
                .as("repeated: " + event.key())
                .isTrue();
        if (order.isEmpty() || !order.getLast().equals(tx)) {
            order.add(tx);
        }
    }

    private static void compareLake(List<ConsumerRecord<String, String>> events, Path lake) {
        var inLake = new ArrayList<String>();
        new LakeReader(lake)
                .read(LakeFilter.ALL, 0, record -> inLake.add(record.event().id()));
        var inHub =
                events.stream().map(event -> TestBridge.header(event, "ce_id")).toList();
        assertThat(inHub).as("ids, also of what a backfill tells again").doesNotHaveDuplicates();
        var kept = Set.copyOf(inLake);
        var later = new HashSet<String>(); // the subjects of which the lake has something from here on
        var told = new HashSet<String>(); // by a backfill, which a kill between hub and lake made tell it again
        for (var event : events.reversed()) {
            var id = TestBridge.header(event, "ce_id");
            if (kept.contains(id)) {
                later.add(event.key());
            } else if (later.contains(event.key())
                    && TestBridge.header(event, "ce_type").equals("t.Imported.v1")) {
                told.add(id);
            }
        }
        assertThat(inLake)
                .as("the lake holds what the hub holds")
                .isEqualTo(inHub.stream().filter(id -> !told.contains(id)).toList());
    }
}
