package dev.banyan.gateway.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** A process that asks for the lead and, as long as it has it, writes down its epoch; it ends with its standard input. */
final class LeaderProcess {

    private LeaderProcess() {}

    public static void main(String[] args) throws Exception {
        var location = args[0].startsWith("jdbc:h2")
                ? new StoreLocation(args[0], "banyan", null, null)
                : StoreLocation.postgresql(args[0], args[1], null, args[1]);
        try (var store = new ControlStore(location);
                var leadership = new Leadership(store, Duration.ofMillis(Long.parseLong(args[2])))) {
            store.start();
            leadership.start();
            store.awaitFirstAnswer(Duration.ofSeconds(30));
            System.out.println(store.isUp() ? "up" : "down: " + store.problem());
            while (System.in.available() == 0) {
                if (leadership.epoch().isPresent()) {
                    write(leadership, leadership.epoch().getAsLong());
                }
                Thread.sleep(1);
            }
        }
    }

    private static void write(Leadership leadership, long epoch) {
        try {
            leadership.transaction("writing", connection -> insert(connection, epoch));
        } catch (StoreUnavailable e) {
            System.out.println("refused " + epoch);
        }
    }

    private static int insert(Connection connection, long epoch) throws SQLException {
        try (var insert = connection.prepareStatement("INSERT INTO written (epoch) VALUES (?)")) {
            insert.setLong(1, epoch);
            return insert.executeUpdate();
        }
    }
}
