package dev.banyan.bridge.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDateTime;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values of types that only a Connect worker's connector sends, as the bridge has them. */
class RowReaderTest {

    private static final long SECOND = 1_000_000L;

    @ParameterizedTest
    @CsvSource({
        "76680, 21:18:00",
        "0, 00:00:00",
        "86400, 24:00:00",
        "90000, 25:00:00",
        "360000, 100:00:00",
        "-3661, -01:01:01",
    })
    void aTimeIsItsTextAlsoOutsideOfADay(long seconds, String text) {
        assertThat(read("io.debezium.time.MicroTime", seconds * SECOND)).isEqualTo(text);
        assertThat(read("io.debezium.time.NanoTime", seconds * SECOND * 1_000)).isEqualTo(text);
    }

    @Test
    void partsOfASecondStay() {
        assertThat(read("io.debezium.time.MicroTime", 90_000 * SECOND + 500_000))
                .isEqualTo("25:00:00.5");
    }

    @Test
    void anInfinityIsNoTime() {
        assertThat(read("io.debezium.time.MicroTimestamp", 9_223_372_036_825_200_000L))
                .isEqualTo("infinity");
        assertThat(read("io.debezium.time.MicroTimestamp", -9_223_372_036_832_400_000L))
                .isEqualTo("-infinity");
        assertThat(read("io.debezium.time.Timestamp", 9_223_372_036_825_200L)).isEqualTo("infinity");
        assertThat(read("io.debezium.time.Timestamp", 0L)).isEqualTo(LocalDateTime.of(1970, 1, 1, 0, 0));
    }

    @Test
    void bitsThatAMappingReadsAreRefused() {
        var bits = SchemaBuilder.struct()
                .name("row")
                .field("v", SchemaBuilder.bytes().name("io.debezium.data.Bits").build())
                .build();
        var row = new Struct(bits).put("v", new byte[] {5});
        var reader = new RowReader("gone", Set.of("v")::contains);
        assertThatThrownBy(() -> reader.read(row, null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("column v: bits");
        assertThat(new RowReader("gone", Set.of("w")::contains).read(row, null).values())
                .isEmpty();
    }

    private static Object read(String type, long value) {
        Schema schema = SchemaBuilder.struct()
                .name("row")
                .field("v", SchemaBuilder.int64().name(type).build())
                .build();
        var row = new RowReader("gone", Set.of("v")::contains).read(new Struct(schema).put("v", value), null);
        return Objects.requireNonNull(row.get("v"));
    }
}
