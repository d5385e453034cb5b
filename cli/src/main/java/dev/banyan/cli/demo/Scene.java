package dev.banyan.cli.demo;

import dev.banyan.cli.load.Crowd;
import dev.banyan.cli.load.Tally;
import dev.banyan.cli.observe.EventWatch;
import dev.banyan.cli.observe.PriceProbe;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Everything that is going on while the steps are walked: the programs, the people, and those who look on. */
final class Scene implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(25);

    private final Settings settings;
    private final Programs programs;
    private final Legacy legacy;
    private final Rules rules;
    private final Crowd crowd;
    private final NightlyJob nightly;
    private final EventWatch events;
    private final long rowsBefore;
    private final long lastOrderBefore;
    private final Releases releases;
    private @Nullable PriceProbe probe;

    /** Lets the people in. Legacy and the gateway must run already, and Kafka. */
    Scene(Settings settings, Programs programs, Legacy legacy, Rules rules) throws SQLException {
        this.settings = settings;
        this.programs = programs;
        this.legacy = legacy;
        this.rules = rules;
        this.rowsBefore = legacy.rowsWritten();
        this.lastOrderBefore = legacy.lastOrder();
        var size = settings.size();
        this.releases = new Releases(programs.releases().getPort(), programs.catalog());
        this.events = new EventWatch(programs.bootstrapServers());
        this.crowd = new Crowd(
                programs.gateway(),
                new Crowd.Size(size.shoppers(), size.mobile(), size.partners(), legacy.mobileSkus(), settings.seed()));
        this.nightly = new NightlyJob(legacy.jdbcUrl(), legacy.nightlyCategories(), size);
    }

    Settings settings() {
        return settings;
    }

    Programs programs() {
        return programs;
    }

    Legacy legacy() {
        return legacy;
    }

    Rules rules() {
        return rules;
    }

    Crowd crowd() {
        return crowd;
    }

    NightlyJob nightly() {
        return nightly;
    }

    Releases releases() {
        return releases;
    }

    EventWatch events() {
        return events;
    }

    long rowsBefore() {
        return rowsBefore;
    }

    /** Returns the last order number that was given before the people came. */
    long lastOrderBefore() {
        return lastOrderBefore;
    }

    /** Begins to measure commit to visible; the catalogue must be filled already. */
    void startProbe() throws SQLException {
        probe = new PriceProbe(legacy.jdbcUrl(), programs.catalog(), legacy.probeSkus());
    }

    PriceProbe probe() {
        if (probe == null) {
            throw new IllegalStateException("probe: not started (expected: after the catalogue was filled)");
        }
        return probe;
    }

    /** Watches the people for as long as a step of this size does, and returns what they were answered. */
    Tally.Counts watch() throws InterruptedException {
        return watch(1);
    }

    /** Watches the people for so many times that. */
    Tally.Counts watch(int times) throws InterruptedException {
        var before = crowd.tally().counts();
        Thread.sleep(settings.size().watch().multipliedBy(times));
        return crowd.tally().counts().since(before);
    }

    /** Waits until {@code holds}; false when {@code patience} ends first. */
    static boolean await(Duration patience, BooleanSupplier holds) throws InterruptedException {
        var deadline = System.nanoTime() + patience.toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(POLL);
        }
        return true;
    }

    /** Ends the people and the observers, not the programs. */
    @Override
    public void close() throws SQLException {
        nightly.close();
        crowd.close();
        releases.close();
        if (probe != null) {
            probe.close();
        }
        events.close();
        legacy.close();
    }
}
