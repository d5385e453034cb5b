package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.LargeList;
import dev.banyan.bridge.change.MappingFailed;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.store.ChangeBytes;
import dev.banyan.bridge.store.Placed;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How many rows, and bytes of them, a part of a large transaction has. */
class LargePartsTest {

    private static final int ROW_BYTES = 10_000;
    private static final String TEXT = "x".repeat(ROW_BYTES);

    /** The parts of a transaction of {@code rows} rows, which belong to {@code aggregates} in turn. */
    private static List<LargeList<Placed>> parts(int rows, long aggregates, int partRows, long partBytes) {
        var changes = new LargeList<Change>(0, ChangeBytes.CODEC);
        for (var id = 0L; id < rows; id++) {
            changes.add(new Change.Updated(SimulatedWorld.TABLE, null, new Row(Map.of("id", id, "v", TEXT))));
        }
        var mapper = new EventMapper() {
            @Override
            public List<DomainEvent> map(Transaction transaction, AggregateImages images) {
                return List.of();
            }

            @Override
            public List<Long> aggregates(Change change, long commitLsn, AggregateImages images) {
                return List.of(
                        ((Change.Updated) change).after().key(List.of("id")).hashCode() % aggregates);
            }
        };
        return LargeTransaction.parts(
                new Transaction(1, "t1", Instant.EPOCH, changes),
                mapper,
                new InMemoryImages(),
                partRows,
                partBytes,
                () -> {});
    }

    private static List<Integer> sizes(List<LargeList<Placed>> parts) {
        return parts.stream().map(LargeList::size).toList();
    }

    @Test
    void fewRowsThatAreHugeHaveAsManyPartsAsTheirBytesNeed() {
        assertThat(sizes(parts(40, 40, 10_000, 101_000))).containsExactly(10, 10, 10, 10);
    }

    @Test
    void manyRowsThatAreSmallHaveAsManyAsTheirNumberNeeds() {
        assertThat(sizes(parts(40, 40, 8, Long.MAX_VALUE / 100))).containsExactly(8, 8, 8, 8, 8);
    }

    @Test
    void whatHangsTogetherAndIsLargerThanMemoryIsNamed() {
        assertThat(sizes(parts(16, 1, 10_000, 11_000)).stream()
                        .mapToInt(Integer::intValue)
                        .max())
                .as("up to sixteen times its share")
                .hasValue(16);
        assertThatThrownBy(() -> parts(18, 1, 10_000, 11_000))
                .isInstanceOf(MappingFailed.class)
                .hasMessageContainingAll("transaction t1: 18 of its rows, of 181", "of 176000 bytes");
        assertThat(sizes(parts(1, 1, 10_000, 100)))
                .as("one row is in memory anyway")
                .contains(1);
    }
}
