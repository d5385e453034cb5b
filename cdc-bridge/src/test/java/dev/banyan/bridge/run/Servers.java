package dev.banyan.bridge.run;

import dev.banyan.servers.LocalKafka;
import dev.banyan.servers.LocalMariaDb;
import dev.banyan.servers.LocalPostgres;
import org.jspecify.annotations.Nullable;

/** One PostgreSQL, one MariaDB and one Kafka for all test classes of this JVM; they stop with it. */
public final class Servers {

    private static @Nullable LocalPostgres postgres;
    private static @Nullable LocalMariaDb mariadb;
    private static @Nullable LocalKafka kafka;

    private Servers() {}

    public static synchronized LocalPostgres postgres() {
        var running = postgres;
        if (running == null) {
            running = LocalPostgres.start();
            postgres = running;
            Runtime.getRuntime().addShutdownHook(new Thread(running::close));
        }
        return running;
    }

    public static synchronized LocalMariaDb mariadb() {
        var running = mariadb;
        if (running == null) {
            running = LocalMariaDb.start();
            mariadb = running;
            Runtime.getRuntime().addShutdownHook(new Thread(running::close));
        }
        return running;
    }

    public static synchronized LocalKafka kafka() {
        var running = kafka;
        if (running == null) {
            running = LocalKafka.start();
            kafka = running;
            Runtime.getRuntime().addShutdownHook(new Thread(running::close));
        }
        return running;
    }
}
