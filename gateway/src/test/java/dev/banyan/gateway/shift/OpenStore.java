package dev.banyan.gateway.shift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.store.ControlStore;
import dev.banyan.gateway.store.Leadership;
import dev.banyan.gateway.store.SharedPostgres;
import dev.banyan.gateway.store.StoreLocation;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/** A control store that answers, and who leads in it. */
record OpenStore(ControlStore store, Leadership leadership) implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    static OpenStore inMemory() throws InterruptedException {
        return at(new StoreLocation(
                        "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=2000",
                        "banyan",
                        null,
                        null))
                .leading();
    }

    static OpenStore postgres(int port, String database) throws InterruptedException {
        return at(StoreLocation.postgresql(
                SharedPostgres.url(port, database), SharedPostgres.user(), null, SharedPostgres.user()));
    }

    static OpenStore at(StoreLocation location) throws InterruptedException {
        var store = new ControlStore(location);
        store.start();
        assertThat(store.awaitFirstAnswer(PATIENCE)).as(store.problem()).isTrue();
        return new OpenStore(store, new Leadership(store));
    }

    OpenStore leading() throws InterruptedException {
        leadership.start();
        await("leads", () -> leadership.epoch().isPresent());
        return this;
    }

    JdbcShiftStore shifts(String gateway, InstantSource clock) {
        return new JdbcShiftStore(store, leadership, gateway, clock);
    }

    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long asked = System.nanoTime();
        long end = asked + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            long now = System.nanoTime();
            assertThat(now).as(what + " within " + PATIENCE).isLessThan(end);
            Thread.sleep(
                    Math.clamp(4 * (now - asked) / 1_000_000, 5, 50)); // it is asked for a fifth of the time at most
            asked = System.nanoTime();
        }
    }

    @Override
    public void close() {
        leadership.close();
        store.close();
    }
}
