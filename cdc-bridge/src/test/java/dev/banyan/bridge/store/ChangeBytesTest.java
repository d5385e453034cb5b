package dev.banyan.bridge.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Untouched;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parked changes come back as they went in, and only with the key they were sealed with. */
class ChangeBytesTest {

    @TempDir
    Path folder;

    @Test
    @SuppressWarnings("NullAway") // a record's constructor loses its type annotations in the class file
    void everyChangeComesBackEqual() {
        var table = new TableId("legacy", "Größe");
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("id", 1L);
        values.put("price", new BigDecimal("12.90"));
        values.put("day", LocalDate.of(2026, 1, 31));
        values.put("text", "\uD83D\uDE00 and a\nline");
        values.put("none", null);
        values.put("large", Untouched.VALUE);
        var row = new Row(values);
        var changes = List.<Change>of(
                new Change.Inserted(table, row),
                new Change.Updated(table, null, row),
                new Change.Updated(table, row, row),
                new Change.Deleted(table, row),
                new Change.Truncated(table),
                new Change.Read(table, row));

        assertThat(ChangeBytes.read(ChangeBytes.write(changes))).isEqualTo(changes);
    }

    @Test
    void sealedRowsOpenWithTheirKeyAndTheirFaultAlone() throws Exception {
        var seal = FaultSeal.of(Files.writeString(folder.resolve("key"), "a secret of many bytes"));
        var other = FaultSeal.of(Files.writeString(folder.resolve("other"), "another of many bytes"));
        var text = "ada@example.org".getBytes(StandardCharsets.UTF_8);

        var sealed = seal.seal("fault-1", text);

        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("ada");
        assertThat(seal.seal("fault-1", text)).as("another nonce each time").isNotEqualTo(sealed);
        assertThat(seal.open("fault-1", sealed)).isEqualTo(text);
        var touched = sealed.clone();
        touched[20] ^= 1;
        for (var wrong : new ArrayList<Runnable>(List.of(
                () -> seal.open("fault-2", sealed),
                () -> other.open("fault-1", sealed),
                () -> seal.open("fault-1", touched)))) {
            assertThatThrownBy(wrong::run)
                    .isInstanceOf(StoreUnusable.class)
                    .hasMessageContaining("the faultKeyFile they were parked with");
        }
        assertThatThrownBy(() -> FaultSeal.of(Files.writeString(folder.resolve("short"), "short")))
                .hasMessageContaining("5 bytes (expected: at least 16)");
    }

    @Test
    void piecesAreWrittenAsTheirChangesAreAndOnlyOneThatHasItsOwnIsLarger() {
        var table = new TableId("public", "t");
        var changes = IntStream.of(10, 10, 500, 10, 10, 10)
                .mapToObj(size -> (Change) new Change.Deleted(table, new Row(Map.of("v", "x".repeat(size)))))
                .toList();
        var one = ChangeBytes.write(changes.subList(0, 1)).length;
        var pieces = new ArrayList<ChangeBytes.Written>();
        new ChangeBytes.Pieces(changes, 2 * one).forEachRemaining(pieces::add);

        assertThat(pieces.stream().map(piece -> piece.changes().size())).containsExactly(2, 1, 2, 1);
        assertThat(pieces.stream().flatMap(piece -> piece.changes().stream())).containsExactlyElementsOf(changes);
        for (var piece : pieces) {
            assertThat(piece.bytes()).isEqualTo(ChangeBytes.write(piece.changes()));
        }
    }
}
