package dev.banyan.servers;

import dev.banyan.process.Ports;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One PostgreSQL server with logical decoding on, listening on 127.0.0.1. {@link #close()} stops it and, unless a folder
 * was named, deletes its data.
 */
public final class LocalPostgres implements AutoCloseable {

    /*
     * The library starts PostgreSQL with synchronous_commit=off on the command line, which ALTER SYSTEM cannot undo.
     * Durability tests mean nothing that way, so the role that everybody uses turns it on again: a commit is then with the
     * operating system, and outlives a kill of any process. It starts it with -F, too, which is fsync=off: nothing is forced
     * to the disk, so a power cut may take what was committed, and no latency here has a disk in it.
     */
    private static final String SUPERUSER = "postgres";

    /** A standby, which cannot be altered, has it from its primary. */
    private static final String DURABLE = """
            DO $$ BEGIN IF NOT pg_is_in_recovery() THEN
                ALTER ROLE %s SET synchronous_commit = 'on';
            END IF; END $$""".formatted(SUPERUSER);

    /** How many lines of PostgreSQL's own log say why it does not start. */
    private static final int LAST_LINES = 5;

    private static final Duration START_MAX = Duration.ofSeconds(60);

    /** How long the server may take to write what it has in memory, beyond the 5 s that the library waits. */
    private static final Duration STOP_MAX = Duration.ofSeconds(20);

    private final EmbeddedPostgres server;
    private final ProcessHandle postmaster;

    private LocalPostgres(EmbeddedPostgres server, ProcessHandle postmaster) {
        this.server = server;
        this.postmaster = postmaster;
    }

    /** A server on a free port with data in a temporary folder. */
    public static LocalPostgres start() {
        return start(null, 0);
    }

    /**
     * A server with its data in {@code dataFolder} (kept at the end, used again at the next start) on {@code port}, 0 for a
     * free one.
     */
    public static LocalPostgres start(@Nullable Path dataFolder, int port) {
        return start(dataFolder, port, "127.0.0.1");
    }

    /** The same, listening on {@code addresses}, comma-separated. */
    public static LocalPostgres start(@Nullable Path dataFolder, int port, String addresses) {
        var log = dataFolder == null ? null : Path.of(dataFolder + ".log");
        try {
            var builder = EmbeddedPostgres.builder()
                    .setPort(port == 0 ? Ports.free(1).getFirst() : port)
                    .setPGStartupWait(START_MAX)
                    .setPgBinaryResolver(LocalPostgres::binaries)
                    .setServerConfig("wal_level", "logical")
                    .setServerConfig("max_replication_slots", "40")
                    .setServerConfig("max_wal_senders", "40")
                    .setServerConfig("max_connections", "300")
                    .setServerConfig("max_prepared_transactions", "10")
                    .setServerConfig("listen_addresses", addresses)
                    // where tests have hundreds of databases, it would start ten processes a second
                    .setServerConfig("autovacuum_naptime", "30min")
                    // not the caller's, which this machine may not have: every machine sorts and folds alike
                    .setLocaleConfig("locale", "C")
                    .setLocaleConfig("locale-provider", "builtin")
                    .setLocaleConfig("builtin-locale", "C.UTF-8");
            if (dataFolder != null && log != null) {
                builder.setDataDirectory(dataFolder)
                        .setCleanDataDirectory(false)
                        .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()));
            }
            var server = builder.start();
            var postgres = new LocalPostgres(server, postmaster(server));
            postgres.execute("postgres", DURABLE);
            return postgres;
            // the library throws bare RuntimeExceptions, too, when a program of PostgreSQL's fails
        } catch (IOException | SQLException | RuntimeException e) {
            throw new IllegalStateException("starting PostgreSQL" + reason(log), e);
        }
    }

    /** Returns what the programs of PostgreSQL said last, which the library's exceptions do not have, as what follows a message. */
    private static String reason(@Nullable Path log) {
        var reason = new StringBuilder();
        if (log != null && Files.isReadable(log)) {
            try {
                var lines = Files.readAllLines(log);
                lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size())
                        .forEach(line -> reason.append("\n  ").append(line));
            } catch (IOException e) {
                reason.append("; unreadable: ").append(e);
            }
        }
        if (log == null ? "root".equals(System.getProperty("user.name")) : reason.indexOf("as root") >= 0) {
            reason.append(
                    "\n(it runs as root only where user namespaces are allowed; expected: those, or another user)");
        }
        return reason.toString();
    }

    private static ProcessHandle postmaster(EmbeddedPostgres server) throws SQLException {
        try (var connection = server.getPostgresDatabase().getConnection();
                var statement = connection.createStatement();
                var first = statement.executeQuery(
                        "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::bigint")) {
            first.next();
            return ProcessHandle.of(first.getLong(1)).orElseThrow();
        }
    }

    /*
     * The library refuses to choose when the same binaries stand on the class path twice, as they do in a test that uses this
     * module's jar: its manifest names a copy of each library. Both are the same file, so the first will do.
     */
    private static InputStream binaries(String system, String architecture) throws IOException {
        var arm = List.of("aarch64", "arm64", "arm_64").contains(architecture);
        var name = "/postgres-" + system.toLowerCase(Locale.ROOT) + "-" + (arm ? "arm_64" : "x86_64") + ".txz";
        var stream = LocalPostgres.class.getResourceAsStream(name);
        if (stream == null) {
            throw new IOException("no PostgreSQL binaries " + name + " on the class path");
        }
        return stream;
    }

    /** The port on 127.0.0.1. */
    public int port() {
        return server.getPort();
    }

    /** The superuser's name; its password is the same word, any is accepted on loopback. */
    public String user() {
        return SUPERUSER;
    }

    /** {@code jdbc:postgresql://127.0.0.1:port/database}, without user and password. */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port() + "/" + database;
    }

    /** Creates an empty database and returns its {@link #jdbcUrl}. */
    public String createDatabase(String name) {
        // copied as files, it is not written to the log, which every open slot of the server would have to read
        execute("postgres", "CREATE DATABASE \"" + name + "\" STRATEGY file_copy");
        return jdbcUrl(name);
    }

    /** A new connection as superuser; the caller closes it. */
    public Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(jdbcUrl(database), SUPERUSER, SUPERUSER);
    }

    /** Runs {@code sql} in {@code database} as superuser, committing by itself. */
    public void execute(String database, String sql) {
        try (var connection = connect(database);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("running on " + database + ": " + sql, e);
        }
    }

    /** Stops it, and returns when it has ended, so that nobody writes into its folder any more. */
    @Override
    public void close() {
        close(STOP_MAX);
    }

    // The library waits for 5 s, says that it could not, and goes on; or its own hook at the end of the JVM came first.
    void close(Duration patience) {
        try {
            server.close();
            for (var end = System.nanoTime() + patience.toNanos(); !hasEnded(postmaster); ) {
                if (System.nanoTime() > end) {
                    postmaster.destroyForcibly();
                    throw new IllegalStateException("PostgreSQL did not stop by itself, process " + postmaster.pid());
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("stopping PostgreSQL", e);
        } catch (InterruptedException e) {
            postmaster.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** Whether a process has ended; one whose parent never asks for its end, as in some containers, stays, but without a program. */
    static boolean hasEnded(ProcessHandle process) {
        return !process.isAlive() || process.info().command().isEmpty();
    }

    /** The server's own process. */
    ProcessHandle postmaster() {
        return postmaster;
    }
}
