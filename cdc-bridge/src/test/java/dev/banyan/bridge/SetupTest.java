package dev.banyan.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.source.Preflight;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Debezium is told to read, by the mapping. */
class SetupTest {

    private static final TableId ITEM = new TableId("public", "item");

    @TempDir
    Path folder;

    private Setup setup(String onFault) throws Exception {
        return setup(onFault, "");
    }

    private Setup setup(String onFault, String more) throws Exception {
        Files.writeString(folder.resolve("mapping.yaml"), """
                version: 1
                aggregates:
                  item:
                    topic: items
                    subject: item/{id}
                    type: shop.{event}.v1
                    onFault: %s
                    table: item
                    key: [id]
                    drop: [iban]
                    fields: {id: {column: id, as: integer}, v: v}
                    events:
                      - {event: Imported, when: backfill}
                      - {event: Added, when: created}
                      - {event: Removed, when: removed}
                      - {event: Changed, when: otherwise}
                """.formatted(onFault));
        return Setup.read(Files.writeString(folder.resolve("bridge.yaml"), """
                name: shop
                mapping: mapping.yaml
                source: {jdbcUrl: "jdbc:postgresql://h/d", user: u, password: p, slot: s, publication: p}
                store: {jdbcUrl: "jdbc:h2:file:./store"}
                hub: {kafka: {bootstrapServers: "h:9092"}}
                """ + more));
    }

    @Test
    void aSegmentOfTheLakeEndsAtWhatTheHeapCanSealAndThatIsSaid() throws Exception {
        var large = setup("halt", "lake: {folder: ./lake, segmentMegabytes: 10000}\n");
        var made = Objects.requireNonNull(large.run(Preflight.Accepted.NONE).lake());
        assertThat(made.segmentBytesMax()).isLessThan(10_000L << 20);
        assertThat(large.warning()).startsWith("lake.segmentMegabytes: 10000, but segments end at ");
        assertThat(setup("halt", "lake: {folder: ./lake}\n").warning()).isEmpty();

        var lake = Objects.requireNonNull(large.config().lake());
        assertThat(Setup.segmentBytes(lake, 1L << 30)).isEqualTo(256L << 20);
        assertThat(Setup.segmentBytes(lake, 128L << 20)).isEqualTo(64L << 20);
        assertThat(Setup.segmentBytes(lake, 64L << 30)).isEqualTo(10_000L << 20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"park", "halt", "{skip: nobody minds}"})
    void ofATableThatIsReadWholeWhatIsDroppedIsNotReadWhateverTheMappingDoesWithFaultsByNow(String onFault)
            throws Exception {
        var list = setup(onFault)
                .source()
                .engineSettings("e", Duration.ofSeconds(1), 1, Set.of(ITEM))
                .properties()
                .getProperty("column.include.list");

        for (var column : List.of("id", "v", "other", "iban")) {
            assertThat(List.of(list.split("(?<!\\\\),", -1)))
                    .as(list)
                    .filteredOn(each -> Pattern.matches(each, ITEM + "." + column))
                    .hasSize(column.equals("iban") ? 0 : 1);
        }
    }
}
