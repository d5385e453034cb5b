package dev.banyan.bridge.run;

import dev.banyan.servers.LocalKafka;
import dev.banyan.servers.LocalPostgres;
import org.jspecify.annotations.Nullable;

/** One PostgreSQL and one Kafka for all test classes of this JVM; they stop with it. */
public final class Servers {

    private static @Nullable LocalPostgres postgres;
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
