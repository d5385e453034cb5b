package dev.banyan.bridge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The place that a backfill goes on from: what Debezium says of it right after a restart would begin the table anew. */
class OffsetRuleTest {

    private static final String KEY = "aced0005757200135b4c6a6176612e6c616e672e4f626a6563743b";
    private static final String TABLES = "[{\"incremental_snapshot_collections_id\":\"public.t\"}]";
    private static final String OTHERS = "[{\"incremental_snapshot_collections_id\":\"public.u\"}]";

    private static Map<String, Object> offset(long lsn, String tables, String key) {
        return Map.of("lsn", lsn, OffsetRule.SNAPSHOT_TABLES, tables, OffsetRule.SNAPSHOT_KEY, key);
    }

    @Test
    void aKeyThatIsKnownStaysUntilDebeziumHasReadARowOfTheSameTables() {
        var stored = offset(1, TABLES, KEY);
        assertThat(OffsetRule.rewritten(offset(2, TABLES, OffsetRule.SERIALISED_NULL), stored))
                .isEqualTo(offset(2, TABLES, KEY));
        assertThat(OffsetRule.rewritten(offset(2, TABLES, "ACED000570"), stored))
                .as("in capitals, too")
                .isEqualTo(offset(2, TABLES, KEY));
        var later = KEY + "78";
        assertThat(OffsetRule.rewritten(offset(2, TABLES, later), stored))
                .as("a row was read")
                .isEqualTo(offset(2, TABLES, later));
    }

    @Test
    void theKeyOfOtherTablesIsNotTakenForThese() {
        var begins = offset(2, OTHERS, OffsetRule.SERIALISED_NULL);
        assertThat(OffsetRule.rewritten(begins, offset(1, TABLES, KEY))).isEqualTo(begins);
        assertThat(OffsetRule.rewritten(begins, Map.of("lsn", 1L))).isEqualTo(begins);
        assertThat(OffsetRule.rewritten(begins, null)).isEqualTo(begins);
    }

    @Test
    void nothingIsPutIntoAnOffsetWithoutABackfill() {
        assertThat(OffsetRule.rewritten(Map.of("lsn", 2L), offset(1, TABLES, KEY)))
                .isEqualTo(Map.of("lsn", 2L));
    }

    @Test
    void whatDebeziumWouldSearchTheLogForIsLeftOut() {
        var offset = new HashMap<String, Object>(Map.of("lsn", 2L, "lsn_commit", 2L, "lsn_proc", 2L));
        offset.put("messageType", "COMMIT");
        offset.put("transaction_id", "7");
        offset.put("transaction_data_collection_order_public.t", 3L);
        offset.put("ts_usec", null);
        assertThat(OffsetRule.rewritten(offset, null)).isEqualTo(Map.of("lsn", 2L, "lsn_commit", 2L));
    }
}
