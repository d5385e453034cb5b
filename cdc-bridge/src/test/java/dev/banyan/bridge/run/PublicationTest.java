package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.source.Obstacle;
import dev.banyan.bridge.source.Preflight;
import dev.banyan.bridge.source.SourcePlan;
import dev.banyan.bridge.source.Unreadable;
import dev.banyan.bridge.store.Backfill;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL judges each change by the publication of its moment: one that was away for a while leaves a gap, however it looks now. */
class PublicationTest {

    @TempDir
    Path folder;

    /** Streams one row, stops, and hands the bridge over. */
    private TestBridge stopped(String name) throws Exception {
        var bridge = new TestBridge(name, folder, "one", "two");
        bridge.start();
        bridge.sql("INSERT INTO one VALUES (1, 'a')");
        bridge.sql("INSERT INTO two VALUES (1, 'a')");
        bridge.awaitEqual();
        bridge.stop();
        return bridge;
    }

    private static void assertRefused(TestBridge bridge, String... reasons) throws Exception {
        bridge.launch();
        assertRefuses(bridge, reasons);
    }

    private static void assertRefuses(TestBridge bridge, String... reasons) throws Exception {
        assertThat(bridge.join()).isEqualTo(BridgeRun.End.REFUSED);
        assertThat(bridge.progress().state()).isEqualTo(Progress.State.REFUSED);
        assertThat(bridge.progress().reason()).contains(reasons);
    }

    /** The cure that the refusal names: {@code table} is read again, and no other. */
    private static void readAgain(TestBridge bridge, String table) throws Exception {
        assertThat(bridge.progress().reason()).contains("cdc-bridge resync --config FILE --table " + table + "\n");
        var resync = Printed.of("resync", "--config", bridge.config().toString(), "--table", table);
        assertThat(resync.exitCode()).as(resync.err()).isZero();
        bridge.start();
        bridge.awaitEqual();
        assertThat(bridge.run().backfills())
                .flatExtracting(Backfill::tables)
                .extracting(each -> each.id().toString())
                .containsExactly(table);
        bridge.stop();
    }

    @Test
    void aTableThatWasTakenOutAndPutBackIsAGapUntilTheResync() throws Exception {
        try (var bridge = stopped("putback")) {
            bridge.sql("ALTER PUBLICATION pub_putback DROP TABLE two");
            var early = Printed.of("resync", "--config", bridge.config().toString(), "--table", "two");
            assertThat(early.exitCode()).isOne();
            assertThat(early.err()).contains("[public.two]: not in publication pub_putback");
            var both = Printed.of("resync", "--config", bridge.config().toString(), "--table", "two", "--era", "1");
            assertThat(both.exitCode()).isOne();
            assertThat(both.err()).contains("--era with --table");
            bridge.sql("INSERT INTO two VALUES (2, 'missed')");
            bridge.sql("DELETE FROM two WHERE id = 1");
            bridge.sql("ALTER PUBLICATION pub_putback ADD TABLE two");
            bridge.sql("INSERT INTO one VALUES (2, 'in the log')");
            assertRefused(bridge, "public.two was taken out of publication pub_putback", "cdc-bridge resync");
            assertRefused(bridge, "public.two was taken out of publication pub_putback");
            var doctor = Printed.of("doctor", "--config", bridge.config().toString());
            assertThat(doctor.out()).contains("public.two was taken out of publication pub_putback");
            readAgain(bridge, "public.two");
            bridge.start();
            bridge.sql("INSERT INTO two VALUES (3, 'c')");
            bridge.awaitEqual();
        }
    }

    @Test
    void aPublicationThatWasMadeAnewIsAGap() throws Exception {
        try (var bridge = stopped("pubanew")) {
            bridge.sql("INSERT INTO one VALUES (2, 'missed')");
            bridge.sql("DROP PUBLICATION pub_pubanew");
            bridge.sql("CREATE PUBLICATION pub_pubanew FOR TABLE one, two, banyan.signal");
            assertRefused(bridge, "publication pub_pubanew was dropped and made anew", "cdc-bridge resync");
            assertThat(bridge.progress().reason()).doesNotContain("--table");
        }
    }

    @Test
    void aTableThatWasMadeAnewIsAGapEvenWhereAllTablesArePublished() throws Exception {
        try (var bridge = new TestBridge("allanew", folder, "one", "two")) {
            bridge.sql("CREATE PUBLICATION pub_allanew FOR ALL TABLES");
            bridge.start();
            bridge.sql("INSERT INTO two VALUES (1, 'a')");
            bridge.awaitEqual();
            bridge.stop();
            bridge.sql("CREATE TABLE two_new (id BIGINT PRIMARY KEY, v TEXT)");
            bridge.sql("INSERT INTO two_new VALUES (1, 'missed')");
            bridge.sql("DROP TABLE two");
            bridge.sql("ALTER TABLE two_new RENAME TO two");
            bridge.sql("ALTER TABLE two REPLICA IDENTITY FULL");
            assertRefused(bridge, "public.two is another table than it was", "cdc-bridge resync");
            readAgain(bridge, "public.two");
        }
    }

    /** The heartbeats of the bridge go on coming, and so do other tables' rows. */
    @Test
    void stopsWhenATableIsTakenOutAndPutBackWhileItRuns() throws Exception {
        try (var bridge = new TestBridge("running", folder, "one", "two")) {
            bridge.start();
            bridge.sql("ALTER PUBLICATION pub_running DROP TABLE two");
            bridge.sql("INSERT INTO two VALUES (1, 'missed')");
            bridge.sql("ALTER PUBLICATION pub_running ADD TABLE two");
            bridge.sql("INSERT INTO one VALUES (1, 'a')");
            assertRefuses(bridge, "public.two was taken out of publication pub_running and put back", "resync");
        }
    }

    @Test
    void stopsWhenAnotherTableIsGivenTheNameWhileItRuns() throws Exception {
        try (var bridge = new TestBridge("nightly", folder, "one", "two")) {
            bridge.start();
            bridge.sql("CREATE TABLE two_new (id BIGINT PRIMARY KEY, v TEXT)");
            bridge.sql("DROP TABLE two");
            bridge.sql("ALTER TABLE two_new RENAME TO two");
            bridge.sql("ALTER TABLE two REPLICA IDENTITY FULL");
            bridge.sql("INSERT INTO two VALUES (1, 'missed')");
            assertRefuses(bridge, "publication pub_nightly lacks [public.two]", "cdc-bridge resync");
        }
    }

    @Test
    void stopsWhenThePublicationIsDroppedWhileItRuns() throws Exception {
        try (var bridge = new TestBridge("dropped", folder, "one", "two")) {
            bridge.start();
            bridge.sql("DROP PUBLICATION pub_dropped");
            assertRefuses(bridge, "publication pub_dropped lacks [public.one, public.two", "cdc-bridge resync");
        }
    }

    @Test
    void whatAPublicationLeavesOutIsNamedWithTheStatementThatMendsIt() throws Exception {
        try (var bridge = new TestBridge("options", folder, "one", "two")) {
            bridge.manage = false;
            bridge.sql(
                    "CREATE PUBLICATION pub_options FOR TABLE one WHERE (id > 5), two (id) WITH (publish = 'insert, update')");
            var mends = new String[] {
                "ALTER PUBLICATION pub_options ADD TABLE ONLY banyan.signal",
                "the bridge needs every kind of change, and [delete, truncate] is not published",
                "ALTER PUBLICATION pub_options SET (publish = 'insert, update, delete, truncate')",
                "the publication has not all of public.one: rows of public.one that its row filter leaves out",
                "ALTER PUBLICATION pub_options DROP TABLE ONLY public.one",
                "the publication has not all of public.two: columns v of public.two",
                "ALTER PUBLICATION pub_options ADD TABLE ONLY public.two"
            };
            assertRefused(bridge, mends);
            var config = bridge.config().toString();
            assertThat(Printed.of("plan", "--config", config).out()).contains(mends);
            assertThat(Printed.of("doctor", "--config", config).out()).contains(mends);
            try (var connection = bridge.source().connect()) {
                SourcePlan.of(bridge.source(), connection).run(bridge.source(), connection);
                assertThat(SourcePlan.of(bridge.source(), connection).isEmpty()).isTrue();
            }
            bridge.start();
            bridge.sql("INSERT INTO one VALUES (1, 'a'), (2, 'b')");
            bridge.sql("INSERT INTO two VALUES (1, 'a')");
            bridge.sql("DELETE FROM one WHERE id = 1");
            bridge.sql("TRUNCATE two");
            bridge.awaitEqual();
        }
    }

    /** Which do not have its keys: published, legacy could not write to them. */
    @Test
    void nothingIsPublishedOfTablesThatInheritFromAMappedOne() throws Exception {
        try (var bridge = new TestBridge("inherited", folder, "one")) {
            bridge.sql("CREATE TABLE archive () INHERITS (one)");
            try (var connection = bridge.source().connect();
                    var session = connection.createStatement()) {
                session.execute("CREATE TEMPORARY TABLE passing () INHERITS (one)");
                var plan = SourcePlan.of(bridge.source(), connection);
                assertThat(plan.obstacles(Obstacle.From.GOING_ON)).isEmpty();
                assertThat(plan.obstacles(Obstacle.From.BEGINNING))
                        .singleElement()
                        .asString()
                        .startsWith("table public.one: other tables inherit from it: [public.archive]; ");
                plan.run(bridge.source(), connection); // an operator who runs what is there all the same
                bridge.sql("INSERT INTO archive VALUES (1, 'a')");
                bridge.sql("UPDATE one SET v = 'b'");
                bridge.sql("DELETE FROM archive");
                bridge.sql("ALTER PUBLICATION pub_inherited SET TABLE ONLY one (id), banyan.signal");
                SourcePlan.of(bridge.source(), connection).run(bridge.source(), connection);
                assertThat(SourcePlan.of(bridge.source(), connection).steps()).isEmpty();
            }
        }
    }

    /** The log has the rows of those under their own names: all that is wrong is what a backfill reads. */
    @Test
    void aTableThatInheritsFromAMappedOneStopsNoBridgeThatHasBegun() throws Exception {
        try (var bridge = new TestBridge("heirs", folder, "one");
                var connection = bridge.source().connect()) {
            var unbegun = new Preflight.Stored(Optional.empty(), List.of(), Set.of());
            var first = (Preflight.Verdict.Go)
                    Preflight.check(bridge.source(), connection, unbegun, Preflight.Accepted.NONE);
            assertThat(first.warnings()).isEmpty();
            bridge.sql("CREATE TABLE archive () INHERITS (one)");
            var begun = new Preflight.Stored(Optional.of(first.position()), List.of(), first.published());
            assertThat(Preflight.check(bridge.source(), connection, begun, Preflight.Accepted.NONE))
                    .isInstanceOfSatisfying(Preflight.Verdict.Go.class, go -> assertThat(go.warnings())
                            .singleElement()
                            .asString()
                            .startsWith("table public.one: other tables inherit from it: [public.archive]; "));
            assertThat(Preflight.check(bridge.source(), connection, unbegun, Preflight.Accepted.NONE))
                    .isInstanceOfSatisfying(Preflight.Verdict.Refuse.class, refuse -> assertThat(refuse.todo())
                            .startsWith("-- CANNOT BEGIN: table public.one: other tables inherit from it: "));
            assertThat(Unreadable.of(bridge.source(), bridge.source().tableIds()))
                    .as("of a backfill")
                    .singleElement()
                    .asString()
                    .startsWith("table public.one: other tables inherit from it: [public.archive]; ");
            var resync = Printed.of("resync", "--config", bridge.config().toString());
            assertThat(resync.exitCode()).isEqualTo(1);
            assertThat(resync.err())
                    .startsWith("what keeps a bridge from beginning keeps it from beginning anew:\n"
                            + "table public.one: other tables inherit from it: [public.archive]; ");
        }
    }

    @Test
    void aNameThatABackfillCannotReadKeepsABridgeFromBeginning() throws Exception {
        try (var bridge = new TestBridge("unreadable", folder, "one", "\"order.items\"");
                var connection = bridge.source().connect()) {
            bridge.tables = List.of("one", "order.items");
            var plan = SourcePlan.of(bridge.source(), connection);
            assertThat(plan.obstacles()).extracting(Obstacle::keepsFrom).containsExactly(Obstacle.From.BEGINNING);
            assertThat(plan.script())
                    .contains("-- CANNOT BEGIN: table public.order.items: a name with a blank, a point or a quote");
            assertThat(Unreadable.of(bridge.source(), bridge.source().tableIds()))
                    .hasSize(1);
        }
    }

    @Test
    void whatThePublicationLeavesOutSinceIsAGap() throws Exception {
        try (var bridge = stopped("narrowed")) {
            bridge.sql("ALTER PUBLICATION pub_narrowed SET TABLE one WHERE (id > 5), two, banyan.signal");
            bridge.sql("ALTER PUBLICATION pub_narrowed SET (publish = 'insert, update, truncate')");
            assertRefused(
                    bridge,
                    "publication pub_narrowed lacks [delete of all tables, rows of public.one that its row filter leaves out]",
                    "cdc-bridge resync");
        }
    }

    @Test
    void stopsWhenAKindOfChangeIsTakenOutWhileItRuns() throws Exception {
        try (var bridge = new TestBridge("kinds", folder, "one", "two")) {
            bridge.start();
            bridge.sql("ALTER PUBLICATION pub_kinds SET (publish = 'insert')");
            assertRefuses(
                    bridge,
                    "publication pub_kinds lacks [update of all tables, delete of all tables, truncate of all tables]");
        }
    }

    @Test
    void aPartitionWhoseTableIsPublishedInItsPlaceIsNamed() throws Exception {
        try (var bridge = new TestBridge("leaf", folder)) {
            bridge.sql("CREATE TABLE root (id BIGINT PRIMARY KEY, v TEXT) PARTITION BY RANGE (id)");
            bridge.sql("CREATE TABLE one PARTITION OF root FOR VALUES FROM (0) TO (1000)");
            bridge.sql("CREATE PUBLICATION pub_leaf FOR TABLE root WITH (publish_via_partition_root = true)");
            bridge.tables = List.of("one");
            assertRefused(
                    bridge, "table public.one: a partition of public.root, under whose name pub_leaf publishes it");
        }
    }

    @Test
    void aStoreThatRemembersNothingRemembersWhatIsThere() throws Exception {
        try (var bridge = stopped("upgraded")) {
            try (var store = DriverManager.getConnection(bridge.store.jdbcUrl());
                    var statement = store.createStatement()) {
                assertThat(statement.executeUpdate("DELETE FROM bridge_published"))
                        .isEqualTo(2);
            }
            bridge.start();
            bridge.stop();
            bridge.sql("ALTER PUBLICATION pub_upgraded DROP TABLE two");
            bridge.sql("ALTER PUBLICATION pub_upgraded ADD TABLE two");
            assertRefused(bridge, "public.two was taken out of publication pub_upgraded");
        }
    }

    @Test
    void whatLeavesATablePublishedIsNoGap() throws Exception {
        try (var bridge = stopped("nogap")) {
            bridge.sql("CREATE TABLE other (id BIGINT PRIMARY KEY)");
            bridge.sql("ALTER PUBLICATION pub_nogap ADD TABLE other");
            bridge.sql("INSERT INTO two VALUES (2, 'b')");
            bridge.sql("TRUNCATE one");
            bridge.sql("VACUUM FULL two");
            bridge.sql("ALTER PUBLICATION pub_nogap SET TABLE one, two, banyan.signal");
            bridge.sql("ALTER PUBLICATION pub_nogap ADD TABLES IN SCHEMA public"); // twice over from here on
            bridge.start();
            bridge.awaitEqual();
            bridge.stop();
            bridge.sql("ALTER PUBLICATION pub_nogap DROP TABLE two");
            bridge.sql("INSERT INTO two VALUES (3, 'c')");
            bridge.start();
            bridge.awaitEqual();
        }
    }
}
