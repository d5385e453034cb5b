package dev.banyan.bridge.store;

import dev.banyan.bridge.change.Spoken;
import java.sql.SQLException;

/** The store's database did not do what was asked; nothing of it was kept. */
public final class StoreFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public StoreFailed(String tried, SQLException cause) {
        super(tried + ": " + Spoken.of(cause), cause);
    }
}
