package dev.banyan.bridge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.record.RowReader;
import dev.banyan.bridge.run.Await;
import java.lang.ref.WeakReference;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.junit.jupiter.api.Test;

/** Each VACUUM or ANALYZE has PostgreSQL describe a table anew, and Debezium make other Schema objects of the same table. */
class RefreshedSchemasTest {

    private final RowReader rows = new RowReader(EngineSettings.UNAVAILABLE);
    private final Shapes shapes = new Shapes(Dbms.POSTGRESQL, Map.of(), (_, _, _) -> "");

    private WeakReference<Schema> read(long id) {
        var schema = SchemaBuilder.struct()
                .name("banyan.public.t.Value")
                .field("id", Schema.INT64_SCHEMA)
                .build();
        assertThat(rows.read(new Struct(schema).put("id", id), null).get("id")).isEqualTo(id);
        return new WeakReference<>(schema);
    }

    private WeakReference<Schema> checked() {
        var record = Records.change(Dbms.POSTGRESQL, "public", "c", 1, Map.of());
        shapes.check(record);
        return new WeakReference<>(record.valueSchema());
    }

    @Test
    void ofATableOnlyTheLastIsKept() throws Exception {
        var row = read(1);
        var envelope = checked();
        read(2);
        checked();
        Await.until("those before are collected", () -> {
            System.gc();
            return row.get() == null && envelope.get() == null;
        });
    }
}
