package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.source.Preflight;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Options and the name of a publication that were others for a while leave a gap, and have no number of their own. */
class AlteredPublicationTest {

    private static final Pattern ACCEPT = Pattern.compile("--accept-publication ([0-9]+)");

    @TempDir
    Path folder;

    /** Streams one row, stops, and hands the bridge over. */
    private TestBridge stopped(String name) throws Exception {
        var bridge = new TestBridge(name, folder, "one");
        bridge.start();
        bridge.sql("INSERT INTO one VALUES (1, 'a')");
        bridge.awaitEqual();
        bridge.stop();
        return bridge;
    }

    /** Starts, is refused, and returns the transaction that may be accepted. */
    private static long refused(TestBridge bridge) throws Exception {
        bridge.launch();
        assertThat(bridge.join()).isEqualTo(BridgeRun.End.REFUSED);
        var reason = bridge.progress().reason();
        var accept = ACCEPT.matcher(reason);
        assertThat(accept.find()).as(reason).isTrue();
        assertThat(reason)
                .contains(
                        "publication pub_" + bridge.name + " was altered by transaction " + accept.group(1)
                                + ": its options or its name may have been others for a while",
                        "cdc-bridge resync");
        return Long.parseLong(accept.group(1));
    }

    private static void accept(TestBridge bridge, long alteration) throws Exception {
        bridge.accepted = new Preflight.Accepted(0, alteration);
        bridge.start();
    }

    @Test
    void aKindOfChangeThatWasLeftOutForAWhileIsAGap() throws Exception {
        try (var bridge = stopped("leftout")) {
            bridge.sql("ALTER PUBLICATION pub_leftout SET (publish = 'insert')");
            bridge.sql("UPDATE one SET v = 'missed'");
            bridge.sql("ALTER PUBLICATION pub_leftout SET (publish = 'insert, update, delete, truncate')");
            var alteration = refused(bridge);
            assertThat(Printed.of("doctor", "--config", bridge.config().toString())
                            .out())
                    .contains("publication pub_leftout was altered by transaction " + alteration);
            bridge.accepted = new Preflight.Accepted(0, alteration - 1);
            assertThat(refused(bridge)).as("another was accepted").isEqualTo(alteration);
        }
    }

    @Test
    void anotherNameForAWhileIsAGap() throws Exception {
        try (var bridge = stopped("renamed")) {
            bridge.sql("ALTER PUBLICATION pub_renamed RENAME TO other");
            bridge.sql("UPDATE one SET v = 'missed'");
            bridge.sql("ALTER PUBLICATION other RENAME TO pub_renamed");
            refused(bridge);
        }
    }

    @Test
    void whatAPersonKnowsToHaveLeftNothingOutIsAcceptedForGood() throws Exception {
        try (var bridge = stopped("owned")) {
            bridge.sql("CREATE ROLE publisher SUPERUSER");
            bridge.sql("ALTER PUBLICATION pub_owned OWNER TO publisher");
            bridge.sql("UPDATE one SET v = 'b'");
            accept(bridge, refused(bridge));
            bridge.awaitEqual();
            bridge.stop();
            bridge.accepted = Preflight.Accepted.NONE;
            bridge.sql("UPDATE one SET v = 'c'");
            bridge.start();
            bridge.awaitEqual();
        }
    }

    @Test
    void aGapBesideItIsNotAccepted() throws Exception {
        try (var bridge = stopped("beside")) {
            bridge.sql("ALTER PUBLICATION pub_beside DROP TABLE one");
            bridge.sql("ALTER PUBLICATION pub_beside ADD TABLE one");
            bridge.sql("ALTER PUBLICATION pub_beside SET (publish = 'insert, update, delete, truncate')");
            bridge.launch();
            assertThat(bridge.join()).isEqualTo(BridgeRun.End.REFUSED);
            assertThat(bridge.progress().reason())
                    .contains("public.one was taken out of publication pub_beside and put back")
                    .doesNotContain("--accept-publication");
        }
    }

    @Test
    void stopsWhenItIsAlteredWhileItRuns() throws Exception {
        try (var bridge = new TestBridge("altered", folder, "one").start()) {
            bridge.sql("ALTER PUBLICATION pub_altered SET (publish = 'insert')");
            bridge.sql("ALTER PUBLICATION pub_altered SET (publish = 'insert, update, delete, truncate')");
            assertThat(bridge.join()).isEqualTo(BridgeRun.End.REFUSED);
            refused(bridge);
        }
    }

    @Test
    void whatOnlyTouchesItsTablesOrRewritesTheCatalogueIsNone() throws Exception {
        try (var bridge = stopped("catalogue")) {
            bridge.sql("CREATE TABLE other (id BIGINT PRIMARY KEY)");
            bridge.sql("ALTER PUBLICATION pub_catalogue ADD TABLE other");
            bridge.sql("ALTER PUBLICATION pub_catalogue SET TABLE one, banyan.signal");
            bridge.sql("COMMENT ON PUBLICATION pub_catalogue IS 'the bridge reads it'");
            bridge.sql("VACUUM FREEZE pg_publication");
            bridge.sql("VACUUM FULL pg_publication");
            bridge.sql("BEGIN; ALTER PUBLICATION pub_catalogue SET (publish = 'insert'); ROLLBACK");
            bridge.sql("UPDATE one SET v = 'b'");
            bridge.start();
            bridge.awaitEqual();
        }
    }

    @Test
    void aStoreOfABridgeThatDidNotLookLearnsWhatIsThere() throws Exception {
        try (var bridge = stopped("learns")) {
            try (var store = DriverManager.getConnection(bridge.store.jdbcUrl());
                    var statement = store.createStatement()) {
                assertThat(statement.executeUpdate("UPDATE bridge_published SET alteration = 0"))
                        .isEqualTo(1);
                bridge.sql("ALTER PUBLICATION pub_learns SET (publish = 'insert, update, delete, truncate')");
            }
            bridge.start();
            bridge.stop();
            bridge.sql("ALTER PUBLICATION pub_learns RENAME TO other");
            bridge.sql("ALTER PUBLICATION other RENAME TO pub_learns");
            refused(bridge);
        }
    }
}
