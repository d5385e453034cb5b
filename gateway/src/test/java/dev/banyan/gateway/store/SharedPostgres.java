package dev.banyan.gateway.store;

import dev.banyan.servers.LocalPostgres;
import java.util.concurrent.atomic.AtomicInteger;

/** One PostgreSQL for all tests of this module; each asks for a database of its own. It stops with the JVM. */
public final class SharedPostgres {

    private static final LocalPostgres SERVER = LocalPostgres.start();
    private static final AtomicInteger COUNT = new AtomicInteger();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(SERVER::close));
    }

    private SharedPostgres() {}

    public static int port() {
        return SERVER.port();
    }

    public static String user() {
        return SERVER.user();
    }

    /** Makes an empty database and returns its name. */
    public static synchronized String newDatabase() {
        var name = "control_" + COUNT.incrementAndGet();
        SERVER.createDatabase(name);
        return name;
    }

    /** {@code jdbc:postgresql:} of a database, by way of this port of loopback. */
    public static String url(int port, String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    static StoreLocation at(int port, String database) {
        return StoreLocation.postgresql(url(port, database), user(), null, user());
    }
}
