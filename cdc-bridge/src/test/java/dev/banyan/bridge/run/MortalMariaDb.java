package dev.banyan.bridge.run;

import dev.banyan.servers.LocalMariaDb;
import java.io.IOException;

/** A MariaDB that is killed and started again. */
record MortalMariaDb(LocalMariaDb server) implements MortalDatabase {

    /** Starts it, listening on {@code addresses}, of which 127.0.0.1 is one. */
    MortalMariaDb(String addresses) {
        this(LocalMariaDb.start("--bind-address=" + addresses));
    }

    @Override
    public String createDatabase(String name) {
        return server.createDatabase(name);
    }

    @Override
    public String readersPort() throws Exception {
        try (var connection = server.connect("mysql")) {
            return MortalDatabase.awaitText(
                    connection,
                    "SELECT SUBSTRING_INDEX(host, ':', -1) FROM information_schema.processlist"
                            + " WHERE command = 'Binlog Dump'");
        }
    }

    @Override
    public void kill() {
        server.kill();
    }

    @Override
    public void start() throws IOException {
        server.launch();
    }

    @Override
    public void stop() {
        server.stop();
    }

    @Override
    public void close() {
        server.close();
    }
}
