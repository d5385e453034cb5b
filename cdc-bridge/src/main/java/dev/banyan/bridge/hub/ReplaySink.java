package dev.banyan.bridge.hub;

import dev.banyan.bridge.change.DomainEvent;
import java.io.IOException;

/** Where one consumer gets events once more, marked as a replay. One thread uses it. */
public interface ReplaySink extends AutoCloseable {

    /** Sends {@code event}, from {@code source}, soon; in order with others of its subject. */
    void send(DomainEvent event, String source) throws IOException;

    /** Returns when everything sent so far is safe. */
    void flush() throws IOException;

    @Override
    void close();
}
