package dev.banyan.bridge.scaffold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.Bridge;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.config.BridgeConfig;
import dev.banyan.bridge.doctor.ColumnChecks;
import dev.banyan.bridge.doctor.Finding;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.run.Servers;
import dev.banyan.servers.LocalPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What is guessed from a schema is a mapping that works, and gives nothing away. */
class ScaffoldTest {

    private static final String DDL = """
            CREATE TABLE customer (customer_id SERIAL PRIMARY KEY, login_nm VARCHAR(30), pw_hash CHAR(40), first_nm VARCHAR(60),
                email VARCHAR(120), street VARCHAR(60), news_yn CHAR(1), reg_ts TIMESTAMP, del_yn CHAR(1) NOT NULL DEFAULT 'N');
            CREATE TABLE invoice (inv_no BIGINT PRIMARY KEY, customer_id INTEGER REFERENCES customer, sts CHAR(1), tot_cents INTEGER,
                cur_cd CHAR(3), tax_amt NUMERIC(12,2), due_dt INTEGER, sent_at TIMESTAMPTZ, scan BYTEA, rmk TEXT,
                doubled INTEGER GENERATED ALWAYS AS (tot_cents * 2) STORED);
            CREATE TABLE invoice_line (inv_no BIGINT REFERENCES invoice, pos SMALLINT, "Odd: %name" TEXT, qty NUMERIC(8,0), unit_price NUMERIC(12,4),
                PRIMARY KEY (inv_no, pos));
            CREATE TABLE member (e_mail VARCHAR(80) PRIMARY KEY);
            CREATE TABLE audit_log (line TEXT);
            INSERT INTO customer (login_nm, pw_hash, first_nm, email, street, news_yn, reg_ts)
                VALUES ('ada', 'x', 'Ada', 'ada@example.org', 'Main', 'Y', '2020-01-01 10:00'), ('bob', 'x', 'Bob', 'b@example.org', 'Main', 'N', '2020-01-01 10:00');
            INSERT INTO invoice VALUES (7, 1, 'N', 1999, 'EUR', 3.20, 20240131, now(), NULL, 'call'), (8, 1, 'P', 1, 'EUR', 3.20, 20240131, now(), NULL, NULL);
            INSERT INTO invoice_line VALUES (7, 1, 'Hammer', 2, 9.9950);
            """;

    private static final LocalPostgres POSTGRES = Servers.postgres();
    private static String url;

    @TempDir
    Path folder;

    @BeforeAll
    static void fillADatabase() {
        url = POSTGRES.createDatabase("billing");
        POSTGRES.execute("billing", DDL);
    }

    @Test
    void whatIsWrittenIsReadAgainAndMapsTheDatabasesRows() throws Exception {
        var written = write(false);

        assertThat(written.aggregates()).isEqualTo(2);
        assertThat(written.refusedTables()).containsOnlyKeys("audit_log", "member");
        var config = BridgeConfig.read(folder.resolve("bridge.yaml"));
        assertThat(config.source().password()).isEqualTo("postgres");
        var mapping = MappingFile.read(config.mapping());
        var hashKey = config.hashKeyFile();
        assertThat(hashKey).isNotNull();
        var mapper = new Mapper(mapping, "billing", Files.readAllBytes(hashKey));
        var changes = new ArrayList<Change>();
        for (var use : mapping.tables()) {
            rows(use.table().name()).forEach(row -> changes.add(new Change.Inserted(use.table(), row)));
        }
        var events = mapper.map(
                new Transaction(1, "1", Instant.parse("2026-01-01T00:00:00Z"), changes), new InMemoryImages());

        assertThat(events).extracting(event -> event.subject()).contains("customer/1", "invoice/7");
        var invoice = events.stream()
                .filter(event -> event.subject().equals("invoice/7"))
                .findFirst()
                .orElseThrow();
        assertThat(invoice.type()).isEqualTo("billing.invoice.InvoiceAdded.v1");
        assertThat(invoice.data())
                .contains("\"totCents\":{\"amount\":\"19.99\",\"currency\":\"EUR\"}")
                .contains("\"taxAmt\":{\"amount\":\"3.20\",\"currency\":\"EUR\"}")
                .contains("\"invoiceLine\":[{\"pos\":1,\"oddName\":\"Hammer\",\"qty\":2,\"unitPrice\":\"9.9950\"}]");
        var everything = events.toString();
        assertThat(everything)
                .doesNotContain("ada@")
                .doesNotContain("Ada")
                .doesNotContain("Main")
                .doesNotContain("call");
        assertThat(everything).contains("\"newsYn\":true");
    }

    @Test
    void whatAPersonMustSettleIsMarked() throws Exception {
        write(false);

        var mapping = Files.readString(folder.resolve("mapping.yaml"));
        assertThat(mapping)
                .contains("timeZone: UTC # check")
                .contains("invoice: # an aggregate, by its key")
                .contains(
                        "# does a row live and die with its customer? Then it is better a list there: children, with parent: [customer_id]")
                .contains(
                        "topic: \"billing.invoice\" # this, subject, type and the fields' names are what consumers see")
                .doesNotContain("its invoice?")
                .contains("events: # the first that holds names the event; what do")
                .contains("qty: {column: qty, as: integer} # a whole number by its scale of 0")
                .contains("unitPrice: {column: unit_price, as: decimal, scale: 4} # exact, as a text")
                .contains("sentAt: {column: sent_at, as: timestamp} # an instant, told in UTC")
                .contains("invoiceSts: {N: N, P: P} # name these")
                .contains("#   audit_log: it has no primary key")
                .contains("#   member: its key column e_mail looks personal")
                .contains("# left out: scan: the language has no type for bytea")
                .contains("# left out: doubled: generated")
                .contains("dueDt: {column: due_dt, as: yyyymmdd} # every number found is a day; 0 becomes null")
                .contains("totCents: {column: tot_cents, as: cents, currency: {column: cur_cd}} # by its name")
                .contains("as: code, words: invoiceSts} # a code by its few values; another one is refused")
                .contains("newsYn: {column: news_yn, as: flag} # a flag by its values")
                .contains("regTs: {column: reg_ts, as: localTimestamp} # local time: its clock is timeZone's, above")
                .contains("notNull: [del_yn] # NOT NULL in the schema")
                .contains("# does this flag mean that it is gone?")
                .contains("drop: [login_nm, pw_hash, first_nm, street]")
                .contains("drop: [rmk]")
                .contains("email: {column: email, as: hash}")
                .contains("- {event: CustomerRemoved, when: {field: delYn, to: true}}")
                .contains("- {event: InvoiceInvoiceLineChanged, when: {changed: invoiceLine}}");
    }

    @Test
    void aTableWhoseKeyHoldsThatOfAListIsAListInIt() throws Exception {
        var nested = POSTGRES.createDatabase("nested");
        POSTGRES.execute("nested", """
                CREATE TABLE bill (no BIGINT PRIMARY KEY);
                CREATE TABLE bill_line (no BIGINT REFERENCES bill, pos INT, sku TEXT, PRIMARY KEY (no, pos));
                CREATE TABLE line_extra (no BIGINT, pos INT, seq INT, qty INT, PRIMARY KEY (no, pos, seq),
                    FOREIGN KEY (no, pos) REFERENCES bill_line);
                """);

        var written = Scaffold.write(new Scaffold.Settings(nested, "postgres", "postgres", "public", folder, false));

        assertThat(written.aggregates()).isEqualTo(1);
        assertThat(Files.readString(folder.resolve("mapping.yaml"))).contains("""
                          lineExtra:
                            table: line_extra
                            key: [no, pos, seq]
                            parent: [no, pos]
                """);
        var lists = MappingFile.read(folder.resolve("mapping.yaml"))
                .aggregates()
                .getFirst()
                .lists();
        assertThat(lists).extracting(placed -> placed.level()).containsExactly(1, 2);
    }

    @Test
    void anUglySchemaIsGuessedWithItsDoubts() throws Exception {
        var ugly = POSTGRES.createDatabase("ugly");
        POSTGRES.execute("ugly", """
                CREATE TABLE "Old Stock" ("Id" UUID PRIMARY KEY DEFAULT gen_random_uuid(), act CHAR(1) NOT NULL, low_case CHAR(1),
                    "Del Jn" CHAR(1) NOT NULL, empty_yn CHAR(1), sold_dt INTEGER NOT NULL, odd_dt INTEGER, none_dt INTEGER,
                    price_ct INTEGER NOT NULL, fee_amt NUMERIC(10,2) NOT NULL, ccy CHAR(3) NOT NULL, weight DOUBLE PRECISION,
                    "sp: ace" VARCHAR(3) NOT NULL, "on" BOOLEAN NOT NULL, age INTERVAL, huge NUMERIC NOT NULL);
                INSERT INTO "Old Stock" (act, low_case, "Del Jn", sold_dt, odd_dt, price_ct, fee_amt, ccy, "sp: ace", "on", huge)
                VALUES ('1', 'y', 'J', 20240229, 20241331, 199, 1.50, 'EUR', 'a', true, 1.5),
                       ('0', 'n', 'N', 0, 0, 200, 1.50, 'USD', 'a''b', false, 2), ('0', 'n', 'N', 19991231, 5, 0, 0, 'EUR', 'a', false, 3);
                """);
        Scaffold.write(new Scaffold.Settings(ugly, "postgres", "postgres", "public", folder, false));

        assertThat(Files.readString(folder.resolve("mapping.yaml")))
                .contains(
                        "act: {column: act, as: flag, yes: \"1\", no: \"0\"} # a flag by its values",
                        "lowCase: {column: low_case, as: flag, yes: ",
                        "emptyYn: {column: empty_yn, as: flag} # a flag by its name; no value was found",
                        "soldDt: {column: sold_dt, as: yyyymmdd} # every number found is a day; 0 becomes null",
                        "oddDt: {column: odd_dt, as: integer} # a day as a number? then as: yyyymmdd",
                        "noneDt: {column: none_dt, as: integer} # a day as a number?",
                        "priceCt: {column: price_ct, as: cents, currency: {column: ccy}} # by its name",
                        "weight: {column: weight, as: decimal} # binary floating point",
                        "# left out: age: the language has no type for interval",
                        "notNull: [act, ");
        var mapping = MappingFile.read(folder.resolve("mapping.yaml"));
        try (var connection = POSTGRES.connect("ugly");
                var statement = connection.createStatement()) {
            assertThat(ColumnChecks.of(mapping, connection, false))
                    .allMatch(finding -> finding.level() == Finding.Level.OK);
            var textKey = MappingFile.parse(Path.of("mapping.yaml"), """
                    version: 1
                    aggregates:
                      stock:
                        topic: t
                        subject: stock/{no}
                        type: t.{event}.v1
                        table: Old Stock
                        key: ["sp: ace"]
                        fields: {no: {column: "sp: ace", as: integer}, act: {column: act, as: integer}}
                        events: [{event: Imported, when: backfill}, {event: Changed, when: otherwise}, {event: Gone, when: removed}, {event: Added, when: created}]
                    """);
            assertThat(ColumnChecks.of(textKey, connection, false))
                    .extracting(finding -> finding.level() + " " + finding.what() + " " + finding.cure())
                    .containsExactly("WARN public.Old Stock.sp: ace as: string");
            statement.execute("ALTER TABLE \"Old Stock\" ALTER ccy DROP NOT NULL");
            assertThat(ColumnChecks.of(mapping, connection, false))
                    .anyMatch(finding -> finding.level() == Finding.Level.WARN
                            && finding.what().equals("public.Old Stock.ccy")
                            && finding.cure().contains("notNull"));

            var text = Files.readString(folder.resolve("mapping.yaml"));
            var misspelt = MappingFile.parse(
                    Path.of("mapping.yaml"), text.replaceFirst("(\n +)fields:", "$1drop: [huge_no]$1fields:"));
            for (var mayWait : List.of(true, false)) {
                assertThat(ColumnChecks.of(misspelt, connection, mayWait))
                        .anyMatch(finding -> finding.level() == (mayWait ? Finding.Level.WARN : Finding.Level.FAIL)
                                && finding.what().equals("public.Old Stock.huge_no")
                                && finding.found().startsWith("not there, and under drop (table in line "));
            }
        }
    }

    @Test
    void aCurrencyIsPartOfWholeAmountsAndOfNoneThatIsLeftOut() throws Exception {
        var money = POSTGRES.createDatabase("money");
        POSTGRES.execute("money", """
                CREATE TABLE inv (id BIGINT PRIMARY KEY, amount NUMERIC(12,0), currency CHAR(3) NOT NULL);
                CREATE TABLE fee (id BIGINT PRIMARY KEY, ccy CHAR(3) NOT NULL, total_amt NUMERIC(10,2) GENERATED ALWAYS AS (1.5) STORED);
                """);
        Scaffold.write(new Scaffold.Settings(money, "postgres", "postgres", "public", folder, false));

        assertThat(Files.readString(folder.resolve("mapping.yaml")))
                .contains("amount: {column: amount, as: decimal, scale: 0, currency: {column: currency}}")
                .contains("ccy: {column: ccy, as: char}");
        var mapping = MappingFile.read(folder.resolve("mapping.yaml"));
        try (var connection = POSTGRES.connect("money")) {
            assertThat(ColumnChecks.of(mapping, connection, false))
                    .allMatch(finding -> finding.level() == Finding.Level.OK);
        }
    }

    /** A foreign key to a partitioned table is in the catalogue once more for each of its partitions. */
    @Test
    void aPartitionedTableIsReadAndItsPartitionsAreNot() throws Exception {
        var parted = POSTGRES.createDatabase("parted");
        POSTGRES.execute("parted", """
                CREATE TABLE ord (day DATE, num BIGINT, qty INT NOT NULL, PRIMARY KEY (day, num)) PARTITION BY RANGE (day);
                CREATE TABLE ord_old PARTITION OF ord FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
                CREATE TABLE ord_new PARTITION OF ord FOR VALUES FROM ('2026-01-01') TO (MAXVALUE) PARTITION BY RANGE (num);
                CREATE TABLE ord_new_low PARTITION OF ord_new FOR VALUES FROM (MINVALUE) TO (MAXVALUE);
                CREATE TABLE ord_line (day DATE, num BIGINT, pos INT, PRIMARY KEY (day, num, pos), FOREIGN KEY (day, num) REFERENCES ord);
                CREATE TABLE keyless (day DATE) PARTITION BY RANGE (day);
                """);
        var written = Scaffold.write(new Scaffold.Settings(parted, "postgres", "postgres", "public", folder, false));

        assertThat(written.refusedTables()).containsExactly(Map.entry("keyless", "it has no primary key"));
        assertThat(MappingFile.read(folder.resolve("mapping.yaml")).aggregates())
                .singleElement()
                .satisfies(aggregate -> assertThat(aggregate.name()).isEqualTo("ord"));
        assertThat(Files.readString(folder.resolve("mapping.yaml")))
                .contains("table: ord\n", "key: [day, num]", "table: ord_line\n")
                .doesNotContain("ord_old", "ord_new");
    }

    @Test
    void aPartitionedTableOfMariaDbIsReadToo() throws Exception {
        var mariadb = Servers.mariadb();
        var url = mariadb.createDatabase("parted");
        mariadb.execute("parted", """
                CREATE TABLE ord (day DATE, num BIGINT, qty INT NOT NULL, PRIMARY KEY (day, num)) PARTITION BY RANGE COLUMNS (day)
                (PARTITION old VALUES LESS THAN ('2026-01-01'), PARTITION new VALUES LESS THAN (MAXVALUE))""");
        var written =
                Scaffold.write(new Scaffold.Settings(url, mariadb.user(), mariadb.user(), "parted", folder, false));

        assertThat(written.refusedTables()).isEmpty();
        assertThat(Files.readString(folder.resolve("mapping.yaml"))).contains("table: ord\n", "key: [day, num]");
    }

    @Test
    void columnsWhoseNamesRunTogetherHaveACodeTableEach() throws Exception {
        var alike = POSTGRES.createDatabase("alike");
        POSTGRES.execute("alike", """
                CREATE TABLE a_b (id BIGINT PRIMARY KEY, c CHAR(1));
                CREATE TABLE a (id BIGINT PRIMARY KEY, b_c CHAR(1));
                INSERT INTO a_b VALUES (1, 'N'), (2, 'P'), (3, 'Q');
                INSERT INTO a VALUES (1, 'K'), (2, 'L'), (3, 'M');
                """);
        Scaffold.write(new Scaffold.Settings(alike, "postgres", "postgres", "public", folder, false));

        var mapper = new Mapper(MappingFile.read(folder.resolve("mapping.yaml")), "alike", null);
        var events = mapper.map(
                new Transaction(
                        1,
                        "1",
                        Instant.EPOCH,
                        List.of(
                                new Change.Inserted(TableId.parse("a_b"), new Row(Map.of("id", 1L, "c", "N"))),
                                new Change.Inserted(TableId.parse("a"), new Row(Map.of("id", 1L, "b_c", "K"))))),
                new InMemoryImages());
        assertThat(events)
                .extracting(event -> event.data())
                .containsExactly("{\"id\":1,\"c\":\"N\"}", "{\"id\":1,\"bC\":\"K\"}");
    }

    @Test
    void secretsAreForTheirOwnerAlone() throws Exception {
        write(false);

        assertThat(Files.readString(folder.resolve("bridge.yaml"))).doesNotContain("password: ");
        for (var secret : List.of("hash.key", "fault.key", "source.password")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(secret))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void nothingIsOverwrittenUnlessAsked() throws Exception {
        write(false);
        var mapping = folder.resolve("mapping.yaml");
        Files.writeString(mapping, "mine");
        var key = Files.readString(folder.resolve("hash.key"));

        assertThatThrownBy(() -> write(false))
                .hasMessageContaining("already there")
                .hasMessageContaining("--force");
        assertThat(mapping).hasContent("mine");
        write(true);
        assertThat(Files.readString(mapping)).contains("version: 1");
        assertThat(folder.resolve("hash.key")).hasContent(key);
    }

    @Test
    void unreachableDatabaseIsOneMessageAndNoFile() {
        var exit = new CommandLine(new Bridge())
                .execute(
                        "init",
                        "--jdbc",
                        "jdbc:postgresql://127.0.0.1:1/none",
                        "--user",
                        "x",
                        "--out",
                        folder.toString());

        assertThat(exit).isEqualTo(1);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void theCommandLineWritesAndReturnsZero() {
        var exit = new CommandLine(new Bridge())
                .execute(
                        "init", "--jdbc", url, "--user", "postgres", "--password=postgres", "--out", folder.toString());

        assertThat(exit).isZero();
        assertThat(folder.resolve("mapping.yaml")).exists();
    }

    private Scaffold.Written write(boolean overwrites) throws ScaffoldFailed {
        return Scaffold.write(new Scaffold.Settings(url, "postgres", "postgres", "public", folder, overwrites));
    }

    @SuppressWarnings("NullAway") // a record's constructor loses its type annotations in the class file
    private static List<Row> rows(String table) throws Exception {
        try (var connection = POSTGRES.connect("billing");
                var statement = connection.createStatement();
                var result = statement.executeQuery("SELECT * FROM " + table)) {
            var rows = new ArrayList<Row>();
            var columns = result.getMetaData();
            while (result.next()) {
                Map<String, @Nullable Object> values = new LinkedHashMap<>();
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    values.put(
                            columns.getColumnName(i),
                            switch (columns.getColumnTypeName(i)) {
                                case "timestamp" -> result.getObject(i, LocalDateTime.class);
                                case "timestamptz" -> result.getObject(i, java.time.OffsetDateTime.class);
                                default -> result.getObject(i);
                            });
                }
                rows.add(new Row(values));
            }
            return rows;
        }
    }
}
