package dev.banyan.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.store.Fault;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import org.junit.jupiter.api.Test;

class FaultTextTest {

    private static final String MAPPING = """
            version: 1
            aggregates:
              customer:
                topic: customers
                subject: customer/{no}
                type: t.{event}.v1
                table: cust
                key: [no]
                fields: {no: {column: no, as: integer}, city: city, stamp: stamp, left: left, phone: {column: phone, as: mask}}
                events:
                  - {event: Imported, when: backfill}
                  - {event: Added, when: created}
                  - {event: Removed, when: removed}
                  - {event: Changed, when: otherwise}
            """;

    @Test
    void aKeyThatATerminalWouldTakeForACommandIsWrittenOut() {
        var fault = new Fault(
                "f",
                Fault.State.PARKED,
                "0123456789",
                "customer",
                "7\u001b[2J\n",
                "tx",
                1,
                Instant.EPOCH,
                1,
                "no city",
                "",
                Instant.EPOCH);
        assertThat(FaultText.line(fault)).contains(" customer 7\\u001b[2J\\u000a, transaction tx at ");
    }

    @Test
    void ofARowThatWaitsOnlyWhatTheMappingReadsInClearIsShown() throws Exception {
        var redactions = new FaultText.Redactions(MappingFile.parse(Path.of("m.yaml"), MAPPING));
        var values = new LinkedHashMap<String, Object>();
        values.put("no", 7L);
        values.put("city", "Ulm\u001b[2J\n");
        values.put("stamp", new byte[] {0, (byte) 255});
        values.put("left", null);
        values.put("phone", "0151 4711");
        values.put("mail", "ada@example.org"); // hashed when it was parked, and not read any more

        assertThat(redactions.line(new Change.Deleted(new TableId("public", "cust"), new Row(values))))
                .isEqualTo(
                        "delete public.cust {no=7, city=Ulm\\u001b[2J\\u000a, stamp=\\x00ff, left=null, phone=(redacted), mail=(redacted)}");
    }
}
