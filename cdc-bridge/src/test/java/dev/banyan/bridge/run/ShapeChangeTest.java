package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.doctor.ColumnChecks;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.MappingFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A used column that is renamed, retyped or dropped stops the bridge before the first row that the mapping does not fit. */
class ShapeChangeTest {

    @TempDir
    Path folder;

    /** Lets the bridge read {@code column} as an {@code as}, as its files say then. */
    private Path maps(TestBridge bridge, String column, String as) throws Exception {
        var config = bridge.config();
        var file = folder.resolve("mapping.yaml");
        Files.writeString(
                file, Files.readString(file).replace("v: v\n", "v: {column: " + column + ", as: " + as + "}\n"));
        var mapping = MappingFile.read(file);
        bridge.mapper = new Mapper(mapping, bridge.name, null);
        bridge.columns = List.of("id", column);
        bridge.fit =
                ColumnChecks.fit(mapping, bridge.source().tables().getFirst().id());
        return config;
    }

    private static void assertStopsBehind(TestBridge bridge, int last, String reason) throws Exception {
        assertThat(bridge.join()).isEqualTo(BridgeRun.End.REFUSED);
        assertThat(bridge.progress().reason()).contains("the table has changed: ", reason, "nothing was skipped");
        assertThat(changes(bridge).getLast().key()).isEqualTo("one/" + last);
    }

    /** The events of what was written: a backfill, which a column that is new in the mapping asks for, tells of rows at any time. */
    private static List<ConsumerRecord<String, String>> changes(TestBridge bridge) {
        return bridge.events().stream()
                .filter(event -> !TestBridge.header(event, "ce_type").equals("t.Imported.v1"))
                .toList();
    }

    private static void goesOnTo(TestBridge bridge, int last) throws Exception {
        bridge.start();
        Await.until("it goes on", () -> changes(bridge).getLast().key().equals("one/" + last));
    }

    @ParameterizedTest
    @EnumSource
    void aUsedColumnThatIsRenamedRetypedOrDroppedStopsTheBridgeUntilTheMappingIsMended(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "reshaped", folder, "one")) {
            maps(bridge, "v", "integer");
            bridge.start();
            bridge.sql("INSERT INTO one VALUES (1, '11')");
            bridge.sql("ALTER TABLE one ADD more INTEGER, ALTER v SET DEFAULT '7'"); // nothing that the mapping reads
            bridge.sql("INSERT INTO one VALUES (2, '12', 0)");
            bridge.sql("ALTER TABLE one RENAME COLUMN v TO w");
            bridge.sql("INSERT INTO one VALUES (3, '13', 0)");
            assertStopsBehind(bridge, 2, "one.v: not there from this row on (expected: every column");

            var doctor = Printed.of(
                    "doctor", "--config", maps(bridge, "v", "integer").toString());
            assertThat(doctor.out()).contains("FAIL table ", "one: no column v");
            bridge.launch();
            assertStopsBehind(bridge, 2, "one.v: not there from this row on");
            maps(bridge, "w", "integer");
            goesOnTo(bridge, 3);

            bridge.sql("INSERT INTO one VALUES (4, '14', 0)");
            bridge.sql("ALTER TABLE one "
                    + (dbms == Dbms.MARIADB ? "MODIFY w DOUBLE" : "ALTER w DROP DEFAULT, ALTER w TYPE float8 USING 0"));
            bridge.sql("INSERT INTO one VALUES (5, NULL, 0)");
            assertStopsBehind(bridge, 4, "one.w: double precision from this row on (expected: an integer type)");
            maps(bridge, "w", "decimal");
            goesOnTo(bridge, 5);

            bridge.sql("ALTER TABLE one DROP COLUMN w");
            bridge.sql("DELETE FROM one WHERE id = 1");
            assertStopsBehind(bridge, 5, "one.w: not there from this row on");
            maps(bridge, "more", "integer");
            goesOnTo(bridge, 1);
            assertThat(bridge.repeatedIds()).isEmpty();
            assertThat(changes(bridge))
                    .extracting(ConsumerRecord::value)
                    .containsExactly(
                            "{\"id\":1,\"v\":11}",
                            "{\"id\":2,\"v\":12}",
                            "{\"id\":3,\"v\":13}",
                            "{\"id\":4,\"v\":14}",
                            "{\"id\":5,\"v\":null}",
                            "{\"id\":1,\"deleted\":true}");
        }
    }
}
