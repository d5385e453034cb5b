package dev.banyan.bridge.aws;

import dev.banyan.bridge.change.DomainEvent;
import java.util.List;

/**
 * A target whose events say that they are sent once more: {@code "replay":"true"} comes first in their JSON. A FIFO queue or topic drops what
 * {@code run} has sent there in the last five minutes, and not what others have.
 */
record ReplayedTarget(Target target, String run) implements Target {

    private static final String MARK = "{\"replay\":\"true\",";

    @Override
    public Limits limits() {
        return target.limits();
    }

    @Override
    public Entry entry(DomainEvent event, String destination) {
        var entry = target.entry(event, destination);
        return new Entry(
                event,
                destination,
                MARK + entry.body().substring(1),
                entry.bytes() + MARK.length() - 1,
                event.id() + "." + run);
    }

    @Override
    public List<Refusal> send(String destination, List<Entry> entries) {
        return target.send(destination, entries);
    }

    @Override
    public String check(String destination) {
        return target.check(destination);
    }

    @Override
    public void close() {
        target.close();
    }
}
