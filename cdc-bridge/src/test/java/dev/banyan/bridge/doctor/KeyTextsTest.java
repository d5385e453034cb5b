package dev.banyan.bridge.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.mapping.Mapping;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.run.Servers;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rows that belong to their parent by the database's rule and to nobody letter by letter. */
class KeyTextsTest {

    private static final List<String> ROWS = List.of(
            "INSERT INTO prd VALUES ('P1'), ('P2'), ('P3')",
            "INSERT INTO prc VALUES (1, 'P1'), (2, 'p1'), (3, 'P2'), (4, 'p3')");

    private static Mapping mapping(String schema) throws Exception {
        return mapping(schema, "");
    }

    private static Mapping mapping(String schema, String field) throws Exception {
        return MappingFile.parse(
                Path.of("m.yaml"), """
                version: 1
                schema: SCHEMA
                aggregates:
                  product:
                    topic: products
                    subject: product/{no}
                    type: t.{event}.v1
                    table: prd
                    key: [no]
                    fields: {no: no}
                    children:
                      prices: {table: prc, key: [id], parent: [no], fields: {id: {column: id, as: integer}FIELD}}
                    events:
                      - {event: Imported, when: backfill}
                      - {event: Added, when: created}
                      - {event: Removed, when: removed}
                      - {event: Changed, when: otherwise}
                """.replace("SCHEMA", schema).replace("FIELD", field));
    }

    private static void findsAndMends(Connection connection, String schema, String what) throws Exception {
        try (var statement = connection.createStatement()) {
            for (var sql : ROWS) {
                statement.execute(sql);
            }
            var found = KeyTexts.of(mapping(schema), connection);

            assertThat(found).hasSize(1);
            assertThat(found.getFirst().level()).isEqualTo(Finding.Level.FAIL);
            assertThat(found.getFirst().what()).isEqualTo(what);
            assertThat(found.getFirst().found()).startsWith("2 rows belong to a row of " + schema + ".prd");

            assertThat(statement.executeUpdate(found.getFirst().cure())).isEqualTo(2);
            assertThat(KeyTexts.of(mapping(schema), connection)).isEmpty();
        }
    }

    @Test
    void mariaDbsOwnCollationDisregardsCase() throws Exception {
        Servers.mariadb().createDatabase("keytexts");
        Servers.mariadb().execute("keytexts", "CREATE TABLE prd (no VARCHAR(20) PRIMARY KEY)");
        Servers.mariadb()
                .execute("keytexts", "CREATE TABLE prc (id INT PRIMARY KEY, no VARCHAR(20) REFERENCES prd (no))");
        try (var connection = Servers.mariadb().connect("keytexts")) {
            findsAndMends(connection, "keytexts", "keytexts.prc.no");
        }
    }

    /** One letter has other bytes in each, and is the same to the bridge. */
    @Test
    void theSameLettersInTwoCharacterSetsAreTheSame() throws Exception {
        Servers.mariadb().createDatabase("keysets");
        for (var sql : List.of(
                "CREATE TABLE prd (no VARCHAR(20) CHARACTER SET latin1 PRIMARY KEY)",
                "CREATE TABLE prc (id INT PRIMARY KEY, no VARCHAR(20) CHARACTER SET utf8mb4)",
                "INSERT INTO prd VALUES ('Müller')",
                "INSERT INTO prc VALUES (1, 'Müller')")) {
            Servers.mariadb().execute("keysets", sql);
        }
        try (var connection = Servers.mariadb().connect("keysets")) {
            assertThat(KeyTexts.of(mapping("keysets"), connection)).isEmpty();
        }
    }

    @Test
    void postgresqlFillsACharUpThatHoldsAVarchar() throws Exception {
        Servers.postgres().createDatabase("keyblanks");
        for (var sql : List.of(
                "CREATE TABLE prd (no VARCHAR(5) PRIMARY KEY)",
                "CREATE TABLE prc (id INT PRIMARY KEY, no CHAR(5) REFERENCES prd)",
                "INSERT INTO prd VALUES ('AB'), ('ABCDE')",
                "INSERT INTO prc VALUES (1, 'AB'), (2, 'AB'), (3, 'ABCDE')")) {
            Servers.postgres().execute("keyblanks", sql);
        }
        try (var connection = Servers.postgres().connect("keyblanks")) {
            assertThat(KeyTexts.of(mapping("public"), connection))
                    .extracting(each -> each.what() + ": " + each.found() + " (" + each.cure() + ")")
                    .containsExactly(
                            "public.prc.no: 2 rows belong to a row of public.prd whose key is written otherwise:"
                                    + " no event would show them (in the mapping a field with 'as: char' for public.prc.no)");
            assertThat(KeyTexts.of(mapping("public", ", no: {column: no, as: char}"), connection))
                    .isEmpty();
            try (var statement = connection.createStatement()) {
                statement.execute("ALTER TABLE prd ALTER no TYPE CHAR(8)");
                assertThat(KeyTexts.of(mapping("public"), connection))
                        .extracting(Finding::cure)
                        .containsExactly("in the mapping a field with 'as: char' for public.prd.no");
                statement.execute("ALTER TABLE prd ALTER no TYPE CHAR(5)");
                assertThat(KeyTexts.of(mapping("public"), connection)).isEmpty();
                statement.execute("ALTER TABLE prc DROP CONSTRAINT prc_no_fkey");
                statement.execute("ALTER TABLE prd ALTER no TYPE INT USING length(no)");
                assertThat(KeyTexts.of(mapping("public"), connection))
                        .as("no texts")
                        .isEmpty();
            }
        }
    }

    /** What would be mended else is right: it would go to another parent. */
    @Test
    void aRowThatHasItsOwnParentIsNoOthers() throws Exception {
        Servers.postgres().createDatabase("keyowners");
        for (var sql : List.of(
                "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
                "CREATE TABLE prd (no TEXT PRIMARY KEY)",
                "CREATE TABLE prc (id INT PRIMARY KEY, no TEXT COLLATE loose)",
                "INSERT INTO prd VALUES ('A'), ('a')",
                "INSERT INTO prc VALUES (1, 'A'), (2, 'a')")) {
            Servers.postgres().execute("keyowners", sql);
        }
        try (var connection = Servers.postgres().connect("keyowners")) {
            assertThat(KeyTexts.of(mapping("public"), connection)).isEmpty();
        }
    }

    @Test
    void soMayACollationOfPostgresql() throws Exception {
        Servers.postgres().createDatabase("keytexts");
        Servers.postgres()
                .execute(
                        "keytexts",
                        "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
        Servers.postgres().execute("keytexts", "CREATE TABLE prd (no TEXT COLLATE loose PRIMARY KEY)");
        Servers.postgres()
                .execute("keytexts", "CREATE TABLE prc (id INT PRIMARY KEY, no TEXT COLLATE loose REFERENCES prd)");
        try (var connection = Servers.postgres().connect("keytexts")) {
            findsAndMends(connection, "public", "public.prc.no");
            saysWhoMayFindOut(connection);
        }
    }

    /** As the bridge asks: of rows that a policy may hide it wants none of them. */
    private static void saysWhoMayFindOut(Connection connection) throws Exception {
        try (var statement = connection.createStatement()) {
            statement.execute("CREATE ROLE keytexts_reader; GRANT SELECT ON prd, prc TO keytexts_reader");
            statement.execute("ALTER TABLE prc ENABLE ROW LEVEL SECURITY");
            statement.execute("SET ROLE keytexts_reader; SET row_security = off");
            assertThat(KeyTexts.of(mapping("public"), connection))
                    .singleElement()
                    .satisfies(finding -> {
                        assertThat(finding.level()).isEqualTo(Finding.Level.WARN);
                        assertThat(finding.found()).contains("row-level security");
                        assertThat(finding.cure()).endsWith("; -- as a role that may see all rows");
                    });
            statement.execute("RESET ROLE; DROP OWNED BY keytexts_reader; DROP ROLE keytexts_reader");
        }
    }
}
