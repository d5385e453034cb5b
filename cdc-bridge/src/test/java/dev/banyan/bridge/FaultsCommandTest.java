package dev.banyan.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.run.Servers;
import dev.banyan.bridge.store.BridgeStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultsCommandTest {

    @TempDir
    Path folder;

    @Test
    void whatWaitsIsLookedForOnlyOnceNobodyElseCanChangeIt() throws Exception {
        Files.writeString(folder.resolve("mapping.yaml"), """
                version: 1
                aggregates:
                  item:
                    topic: items
                    subject: item/{id}
                    type: shop.{event}.v1
                    table: item
                    key: [id]
                    fields: {id: {column: id, as: integer}}
                    events:
                      - {event: Imported, when: backfill}
                      - {event: Added, when: created}
                      - {event: Removed, when: removed}
                      - {event: Changed, when: otherwise}
                """);
        var store = Servers.postgres().jdbcUrl("faults_command");
        var config = Files.writeString(folder.resolve("bridge.yaml"), """
                name: shop
                mapping: mapping.yaml
                source: {jdbcUrl: "jdbc:postgresql://h/d", user: u, password: p, slot: s, publication: p}
                store: {jdbcUrl: "%s", user: postgres, password: postgres}
                hub: {kafka: {bootstrapServers: "h:9092"}}
                """.formatted(store))
                .toString();
        Servers.postgres().createDatabase("faults_command");
        try (var running = BridgeStore.open(
                new BridgeStore.Settings(store, "postgres", "postgres"),
                "shop",
                "a bridge",
                Duration.ofHours(1),
                InstantSource.system())) {
            assertThat(running.tryLease()).isTrue();

            var refused = Printed.of("events", "faults", "resubmit", "none", "--config", config);

            assertThat(refused.exitCode()).isOne();
            assertThat(refused.err()).startsWith("the store is in use by a bridge ");
        }
    }
}
