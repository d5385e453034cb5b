package dev.banyan.bridge.run;

import dev.banyan.servers.LocalMariaDb;
import java.io.IOException;

/** A MariaDB that is killed and started again. */
record MortalMariaDb(LocalMariaDb server) implements MortalDatabase {

    MortalMariaDb() {
        this(LocalMariaDb.start());
    }

    @Override
    public String createDatabase(String name) {
        return server.createDatabase(name);
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
    public void close() {
        server.close();
    }
}
