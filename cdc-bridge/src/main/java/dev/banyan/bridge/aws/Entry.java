package dev.banyan.bridge.aws;

import dev.banyan.bridge.change.DomainEvent;

/**
 * An event on its way to {@code destination}: a queue, topic, stream or bus. {@code body} is what is sent, {@code bytes} what the service
 * counts, {@code deduplication} what a FIFO queue or topic drops repeats by.
 */
record Entry(DomainEvent event, String destination, String body, long bytes, String deduplication) {

    Entry(DomainEvent event, String destination, String body, long bytes) {
        this(event, destination, body, bytes, event.id());
    }

    /** What order is kept within. */
    record Key(String destination, String subject) {}

    Key key() {
        return new Key(destination, event.subject());
    }
}
