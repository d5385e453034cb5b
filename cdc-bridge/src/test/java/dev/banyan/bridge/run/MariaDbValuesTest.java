package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.Row;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every value of MariaDB that the bridge takes arrives as it is, through the log and through a backfill. */
class MariaDbValuesTest {

    /** Times 11 bytes: 22 MiB. */
    private static final int REPEATED = 2 << 20;

    @TempDir
    Path folder;

    /** A column's type, a literal, and what arrives. */
    private record Value(String type, String literal, String expected) {}

    private static final List<Value> VALUES = read();

    private static List<Value> read() {
        try (var file = Objects.requireNonNull(MariaDbValuesTest.class.getResourceAsStream("/edges/mariadb.txt"))) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" \\| ", 3))
                    .map(parts -> new Value(parts[0], parts[1], parts[2].translateEscapes()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aTextOfManyMebibytesArrivesWhole() throws Exception {
        var mariadb = Servers.mariadb();
        mariadb.execute("", "SET GLOBAL max_allowed_packet = 268435456");
        var read = new ConcurrentHashMap<Long, Row>();
        try (var bridge = new TestBridge(Dbms.MARIADB, "long", folder, "one")) {
            bridge.sql("ALTER TABLE one MODIFY v LONGTEXT");
            var value = "REPEAT('x\u00e9\ud83d\ude00z\u4e2d', " + REPEATED + ")";
            bridge.sql("INSERT INTO one VALUES (1, " + value + ")");
            bridge.backfill = true;
            bridge.mapper = reader(read);
            bridge.start();
            bridge.sql("INSERT INTO one VALUES (2, " + value + ")");
            Await.until("both rows come", () -> read.keySet().containsAll(List.of(1L, 2L)));
        } finally {
            mariadb.execute("", "SET GLOBAL max_allowed_packet = DEFAULT");
        }
        var expected = "x\u00e9\ud83d\ude00z\u4e2d".repeat(REPEATED);
        for (var row : read.values()) {
            assertThat(expected.equals(row.get("v"))).isTrue();
        }
    }

    @Test
    void everyValueArrivesAsItIs() throws Exception {
        var mariadb = Servers.mariadb();
        mariadb.execute("", "SET GLOBAL time_zone = '+05:30'");
        var read = new ConcurrentHashMap<Long, Row>();
        try (var bridge = new TestBridge(Dbms.MARIADB, "exact", folder, "one")) {
            var create = new StringBuilder("CREATE TABLE vals (id BIGINT PRIMARY KEY");
            var row = new StringBuilder();
            for (var i = 0; i < VALUES.size(); i++) {
                create.append(", c").append(i).append(' ').append(VALUES.get(i).type);
                row.append(", ").append(VALUES.get(i).literal);
            }
            bridge.sql(create + ")");
            bridge.sql("INSERT INTO vals VALUES (1" + row + ")");
            bridge.backfill = true;
            bridge.columns = Stream.concat(
                            Stream.of("id"), IntStream.range(0, VALUES.size()).mapToObj(i -> "c" + i))
                    .toList();
            bridge.tables = List.of("vals");
            bridge.mapper = reader(read);
            bridge.start();
            bridge.sql("INSERT INTO vals VALUES (2" + row + ")");
            Await.until("both rows come", () -> read.keySet().containsAll(List.of(1L, 2L)));
        } finally {
            mariadb.execute("", "SET GLOBAL time_zone = 'SYSTEM'");
        }
        assertThat(wrong(Objects.requireNonNull(read.get(2L))))
                .as("through the log")
                .isEmpty();
        assertThat(wrong(Objects.requireNonNull(read.get(1L))))
                .as("through a backfill")
                .isEmpty();
    }

    private static EventMapper reader(Map<Long, Row> read) {
        return (transaction, _) -> {
            for (var change : transaction.changes()) {
                switch (change) {
                    case Change.Read seen -> read.put(id(seen.after()), seen.after());
                    case Change.Inserted added -> read.put(id(added.after()), added.after());
                    default -> throw new IllegalStateException(change.toString());
                }
            }
            return List.of();
        };
    }

    private static long id(Row row) {
        return (Long) row.key(List.of("id")).getFirst();
    }

    private static List<String> wrong(Row row) {
        var wrong = new ArrayList<String>();
        for (var i = 0; i < VALUES.size(); i++) {
            var value = VALUES.get(i);
            var found = text(row.get("c" + i));
            if (!found.equals(value.expected)) {
                wrong.add(value.type + " " + value.literal + ": " + found + " (expected: " + value.expected + ")");
            }
        }
        return wrong;
    }

    private static String text(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case String text -> "String \"" + text + '"';
            case byte[] bytes -> "x" + HexFormat.of().formatHex(bytes);
            case BigDecimal number -> "BigDecimal " + number.toPlainString();
            default -> value.getClass().getSimpleName() + " " + value;
        };
    }
}
