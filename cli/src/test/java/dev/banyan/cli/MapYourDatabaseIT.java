package dev.banyan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of docs/how-to/map-your-own-database.md on a schema that grew for ten years: that of the shop. */
class MapYourDatabaseIT {

    private static final Path ROOT = Path.of(System.getProperty("banyan.root"));
    private static final Path PAGE = ROOT.resolve("docs/how-to/map-your-own-database.md");
    private static final Pattern READY = Pattern.compile("READY \\w+ port=(\\d+)");
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private static Path folder;

    private static Process postgres;
    private static int port;

    private record Ran(int exitCode, String output) {}

    @BeforeAll
    static void startTheShopsDatabase() throws Exception {
        var log = folder.resolve("postgres.log");
        postgres = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        ROOT.resolve("local-servers/target/local-servers.jar").toString(),
                        "postgres",
                        "--dir",
                        folder.resolve("postgres").toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        var ready = READY.matcher(Files.readString(log));
        while (!ready.find()) {
            assertThat(postgres.isAlive() && System.nanoTime() < deadline)
                    .as(Files.readString(log))
                    .isTrue();
            Thread.sleep(20);
            ready = READY.matcher(Files.readString(log));
        }
        port = Integer.parseInt(ready.group(1));
        execute("postgres", "create database billing");
        try (var files = Files.list(ROOT.resolve("legacy-sample/src/main/resources/db/migration"))) {
            for (var file : files.sorted().toList()) {
                execute("billing", Files.readString(file));
            }
        }
    }

    @AfterAll
    static void stopIt() throws InterruptedException {
        postgres.destroy();
        assertThat(postgres.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    private static void execute(String database, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + port + "/" + database, "postgres", "postgres");
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void theGuessIsAMappingThatThePlanTakes() throws Exception {
        var init = run(command("bridge init"), "postgres\n");
        assertThat(init.exitCode()).as(init.output()).isZero();
        var mapping = Files.readString(folder.resolve("billing/mapping.yaml"));
        assertThat(mapping)
                .contains("table: ord_hdr", "table: ord_pos", "table: prd_prc", "table: cust")
                .contains("timeZone: UTC # check")
                .contains("as: cents")
                .contains("# not published, because")
                .contains("tmp_imp_2016: it has no primary key")
                .doesNotContain("pw_hash:");
        assertThat(mapping.lines().filter(line -> line.contains("drop:") && line.contains("pw_hash")))
                .isNotEmpty();

        var plan = run(command("bridge plan"), "");
        assertThat(plan.output())
                .contains("REPLICA IDENTITY FULL", "CREATE PUBLICATION", "ord_hdr")
                .doesNotContain("tmp_imp_2016");

        var again = run(command("bridge init"), "postgres\n");
        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.output()).contains("--force");
        assertThat(folder.resolve("billing/mapping.yaml")).content().isEqualTo(mapping);
    }

    /** Returns the command of the page that contains {@code part}, with this test's addresses. */
    private static String command(String part) throws IOException {
        var line = Files.readString(PAGE)
                .lines()
                .filter(text -> text.startsWith("./banyan") && text.contains(part))
                .findFirst();
        assertThat(line).as("the command with " + part).isPresent();
        return line.get()
                .replace("127.0.0.1:5432", "127.0.0.1:" + port)
                .replace("--user reader", "--user postgres")
                .replace("--out billing", "--out " + folder.resolve("billing"))
                .replace("--config billing", "--config " + folder.resolve("billing"));
    }

    private static Ran run(String command, String input) throws IOException, InterruptedException {
        var output = folder.resolve("output");
        var process = new ProcessBuilder(List.of("/bin/sh", "-c", command))
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try (var keyboard = process.getOutputStream()) {
            keyboard.write(input.getBytes(StandardCharsets.US_ASCII));
        }
        assertThat(process.waitFor(1, TimeUnit.MINUTES))
                .as(Files.readString(output))
                .isTrue();
        return new Ran(process.exitValue(), Files.readString(output));
    }
}
