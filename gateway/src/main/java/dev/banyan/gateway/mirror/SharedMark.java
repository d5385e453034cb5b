package dev.banyan.gateway.mirror;

import dev.banyan.gateway.http.MirrorMark;
import dev.banyan.gateway.store.ControlStore;
import dev.banyan.gateway.store.StoreUnavailable;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has all gateways of one store bear one mark, so that each knows the copies of the others. */
public final class SharedMark implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SharedMark.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final String NAME = "mirror mark";

    private final MirrorMark mark;
    private final ControlStore store;
    private final Thread thread;

    /** Agrees on a mark in the background, as soon as the store is there. */
    public SharedMark(MirrorMark mark, ControlStore store) {
        this.mark = mark;
        this.store = store;
        this.thread = Thread.ofVirtual().name("mirror-mark").start(this::run);
    }

    private void run() {
        try {
            while (!agree()) {
                Thread.sleep(LOOK);
            }
        } catch (InterruptedException e) {
            // closed; the gateway keeps a mark of its own until it ends
        }
    }

    private boolean agree() {
        if (!store.isUp()) {
            return false;
        }
        try {
            mark.agreeOn(store.<String>transaction("agreeing on a mirror mark", this::secret));
            return true;
        } catch (StoreUnavailable e) {
            // Perhaps another gateway was first in the same moment; then the next look finds what it has written.
            LOG.debug("no shared mirror mark yet", e);
            return false;
        } catch (RuntimeException | Error e) { // the next look may have the memory that this one lacked
            LOG.error("no shared mirror mark yet", e);
            return false;
        }
    }

    private String secret(Connection connection) throws SQLException {
        try (var ask = connection.prepareStatement("SELECT secret FROM shared_secret WHERE name = ?")) {
            ask.setString(1, NAME);
            try (var found = ask.executeQuery()) {
                if (found.next()) {
                    return found.getString(1);
                }
            }
        }
        try (var offer = connection.prepareStatement("INSERT INTO shared_secret (name, secret) VALUES (?, ?)")) {
            offer.setString(1, NAME);
            offer.setString(2, mark.secret());
            offer.executeUpdate();
            return mark.secret();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
