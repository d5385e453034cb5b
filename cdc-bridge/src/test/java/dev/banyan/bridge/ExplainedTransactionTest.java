package dev.banyan.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.lake.Lake;
import dev.banyan.bridge.mapping.Sequence;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** What the lake has of a transaction is printed; one that has the same number is another. */
class ExplainedTransactionTest {

    @TempDir
    Path folder;

    private static DomainEvent event(long lsn, int number, String time) {
        return new DomainEvent(
                "id-" + lsn + "-" + number,
                "shop.orders.OrderPlaced.v1",
                "shop.orders",
                "order/" + number,
                Instant.parse(time),
                Sequence.of(lsn, number),
                "700",
                false,
                List.of(),
                null,
                Cause.UNKNOWN,
                "{}");
    }

    private static DomainEvent gone(String type, int number) {
        var event = event(32, number, "2024-01-31T10:00:00Z");
        return new DomainEvent(
                event.id(),
                type,
                event.topic(),
                event.subject(),
                event.time(),
                Sequence.ofGone(event.sequence(), number),
                event.txId(),
                true,
                List.of(),
                null,
                Cause.UNKNOWN,
                "{}");
    }

    @Test
    void aNumberThatPostgresqlGivesAgainIsTwoTransactions() throws Exception {
        Files.copy(Path.of("examples/shop/mapping.yaml"), folder.resolve("mapping.yaml"));
        var config = Files.writeString(folder.resolve("bridge.yaml"), """
                name: shop
                mapping: mapping.yaml
                source: {jdbcUrl: "jdbc:postgresql://127.0.0.1:1/none", user: nobody}
                store: {jdbcUrl: "jdbc:h2:file:./none"}
                hub: {kafka: {bootstrapServers: "127.0.0.1:1"}}
                lake: {folder: lake}
                """).toString();
        var settings = new Lake.Settings(folder.resolve("lake"), "/shop", 1 << 20, Duration.ofMinutes(15));
        try (var lake = Lake.open(settings, InstantSource.system())) {
            lake.append(
                    List.of(event(16, 0, "2024-01-31T10:00:00Z"), event(16, 1, "2024-01-31T10:00:00Z")),
                    new HubPosition("store", "system", 1, 16));
            lake.append(
                    List.of(gone("shop.orders.OrderRemoved.v1", 7), gone("shop.catalog.ProductRemoved.v1", 8)),
                    new HubPosition("store", "system", 1, 32));
            lake.append(List.of(event(4096, 0, "2026-01-31T10:00:00Z")), new HubPosition("store", "system", 1, 4096));
        }

        var printed = Printed.of("explain", "--config", config, "--transaction", "700");

        assertThat(printed.exitCode()).as(printed.err()).isZero();
        assertThat(printed.out().lines().map(line -> line.replaceAll(", by no rule.*", "")))
                .containsExactly(
                        "transaction 700 at 0/10, 2024-01-31T10:00:00Z",
                        "    order/0: shop.orders.OrderPlaced.v1",
                        "    order/1: shop.orders.OrderPlaced.v1",
                        "of transaction 700 at 0/10, 2 events in the lake",
                        "transaction 700 at 0/20, 2024-01-31T10:00:00Z",
                        "    order/7: shop.orders.OrderRemoved.v1, by line 107 OrderRemoved, rule 'removed', of rows that went in a gap or with a partition",
                        "    order/8: shop.catalog.ProductRemoved.v1, by a rule that is not known, of rows that went in a gap or with a partition",
                        "of transaction 700 at 0/20, 2 events in the lake",
                        "transaction 700 at 0/1000, 2026-01-31T10:00:00Z",
                        "    order/0: shop.orders.OrderPlaced.v1",
                        "of transaction 700 at 0/1000, 1 events in the lake",
                        "why the rules before did not hold is not kept (bridge test --explain says it of rows of your own)");
        var json = JsonMapper.shared()
                .readTree(Printed.of("explain", "--config", config, "--transaction", "700", "--json")
                        .out());
        assertThat(json.get("transaction").asString()).isEqualTo("700");
        assertThat(json.get("events").valueStream().map(each -> each.get("place")
                        .asString()))
                .containsExactly("0/10", "0/10", "0/20", "0/20", "0/1000");
        assertThat(json.get("events").valueStream().map(each -> each.get("gone").asBoolean()))
                .containsExactly(false, false, true, true, false);
    }
}
