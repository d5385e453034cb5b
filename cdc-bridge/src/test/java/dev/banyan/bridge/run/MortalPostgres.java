package dev.banyan.bridge.run;

import dev.banyan.servers.LocalPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A PostgreSQL with a folder of its own that is killed or stopped, and started again on the same port. */
final class MortalPostgres implements MortalDatabase {

    private final Path data;
    private final String addresses;
    private final int port;
    private @Nullable LocalPostgres server;

    /** Starts it, listening on {@code addresses}. */
    MortalPostgres(Path data, String addresses) {
        this.data = data;
        this.addresses = addresses;
        var started = LocalPostgres.start(data, 0, addresses);
        this.port = started.port();
        this.server = started;
    }

    int port() {
        return port;
    }

    private LocalPostgres server() {
        var running = server;
        if (running == null) {
            throw new IllegalStateException("the database is not running");
        }
        return running;
    }

    @Override
    public String createDatabase(String name) {
        return server().createDatabase(name);
    }

    @Override
    public String readersPort() throws Exception {
        try (var connection = server().connect("postgres")) {
            return MortalDatabase.awaitText(
                    connection,
                    "SELECT client_port FROM pg_stat_replication JOIN pg_replication_slots ON active_pid = pid");
        }
    }

    @Override
    public void kill() throws Exception {
        var pid = Long.parseLong(
                Files.readAllLines(data.resolve("postmaster.pid")).getFirst());
        var postmaster = ProcessHandle.of(pid).orElseThrow();
        postmaster.destroyForcibly();
        postmaster.onExit().get(60, TimeUnit.SECONDS);
        stop();
    }

    @Override
    public void start() {
        server = LocalPostgres.start(data, port, addresses);
    }

    @Override
    public void close() {
        stop();
    }

    @Override
    public void stop() {
        if (server != null) {
            server.close();
            server = null;
        }
    }
}
