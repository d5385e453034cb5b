package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.lake.Lake;
import dev.banyan.bridge.store.BridgeStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What was deleted in a gap is told as removed once the backfill of the resync is done, and is forgotten; what is there stays. */
class GoneRowsTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, H2", "POSTGRESQL, POSTGRESQL", "MARIADB, H2"})
    void whatWasDeletedInTheGapIsToldAsRemoved(Dbms dbms, String store) throws Exception {
        var name = "gone_" + store.charAt(0);
        try (var bridge = new TestBridge(dbms, name.toLowerCase(Locale.ROOT), folder, "one", "two")) {
            if (store.equals("POSTGRESQL")) {
                Servers.postgres().createDatabase("store_of_gone");
                bridge.store =
                        new BridgeStore.Settings(Servers.postgres().jdbcUrl("store_of_gone"), "postgres", "postgres");
            }
            bridge.lake = new Lake.Settings(folder.resolve("lake"), "/test", 1 << 20, Duration.ofMinutes(15));
            bridge.start();
            bridge.sql("INSERT INTO one SELECT g, 'a' FROM " + bridge.series(1, 1300));
            bridge.sql("INSERT INTO two VALUES (1, 'a'), (2, 'b')");
            bridge.awaitEqual();
            bridge.stop();
            bridge.sql("DELETE FROM one WHERE id > 20");
            bridge.sql("DELETE FROM two WHERE id = 1");
            resync(bridge);

            // A kill between hub and store, at the second go of three.
            var published = new AtomicInteger();
            bridge.watcher = point -> {
                if (point == Point.PUBLISHED && isGone(bridge.events().getLast()) && published.incrementAndGet() == 2) {
                    throw new IllegalStateException("as if killed");
                }
            };
            bridge.start();
            bridge.sql("UPDATE one SET v = 'as the log has it' WHERE id = 1");
            bridge.awaitEqual();
            assertThat(published).hasValueGreaterThan(2);
            var gone = bridge.events().stream().filter(GoneRowsTest::isGone).toList();
            assertThat(gone.stream().map(ConsumerRecord::key).distinct()).hasSize(1281);
            assertThat(gone).hasSize(1281 + 500).allSatisfy(event -> assertThat(TestBridge.header(event, "ce_backfill"))
                    .isEqualTo("true"));
            assertThat(gone.stream()
                            .map(event -> TestBridge.header(event, "ce_id"))
                            .distinct())
                    .as("one id each, whenever it was told")
                    .hasSize(1281);
            bridge.watcher = _ -> {};
            bridge.stop();
            assertThat(remembered(bridge)).isEqualTo(21);
            assertThat(Pattern.compile("d\\|(one|two)\\|").matcher(lake()).results())
                    .as("of the lake, which the killed go did not get to")
                    .hasSize(1281);

            // Nothing is hidden any more: another start tells nothing, and a row that comes again is new.
            var before = bridge.events().size();
            bridge.start();
            bridge.sql("INSERT INTO two VALUES (1, 'again')");
            bridge.awaitEqual();
            assertThat(bridge.events()).hasSize(before + 1);
        }
    }

    private static boolean isGone(ConsumerRecord<String, String> event) {
        return event.value().startsWith("d|")
                && TestBridge.header(event, "ce_sequence").contains("-999999");
    }

    private String lake() throws IOException {
        try (var files = Files.list(folder.resolve("lake"))) {
            var log = files.filter(file -> file.toString().endsWith(".log")).findFirst();
            return Files.readString(log.orElseThrow(), StandardCharsets.ISO_8859_1);
        }
    }

    private static int remembered(TestBridge bridge) {
        try (var store = BridgeStore.open(
                        bridge.store, bridge.name, "test", Duration.ofSeconds(10), InstantSource.system());
                var session = store.session()) {
            var tables = List.of(new TableId(bridge.schema(), "one"), new TableId(bridge.schema(), "two"));
            return tables.stream()
                    .mapToInt(table -> session.images().all(table).size())
                    .sum();
        }
    }

    static void resync(TestBridge bridge) throws Exception {
        EraTest.anotherSlot(bridge);
        var resync = Printed.of("resync", "--config", config(bridge).toString());
        assertThat(resync.exitCode()).as(resync.err()).isZero();
    }

    private static Path config(TestBridge bridge) throws Exception {
        var config = bridge.config();
        return bridge.store.user().isEmpty()
                ? config
                : Files.writeString(
                        config,
                        Files.readString(config)
                                .replace(
                                        "store: {jdbcUrl: \"" + bridge.store.jdbcUrl() + "\"}",
                                        "store: {jdbcUrl: \"" + bridge.store.jdbcUrl()
                                                + "\", user: postgres, password: postgres}"));
    }
}
