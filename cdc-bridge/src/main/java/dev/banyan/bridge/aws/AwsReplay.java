package dev.banyan.bridge.aws;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.HubRefused;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.hub.ReplaySink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;

/** A queue, topic, stream or bus of one consumer, to which events are sent once more. */
public final class AwsReplay implements ReplaySink {

    /** What waits for a flush; what is more is sent before it. */
    private static final long CHARACTERS_MAX = 16L << 20;

    private final AwsHub.Settings settings;
    private final String destination;
    private final String run;
    private final RandomGenerator random = RandomGenerator.getDefault();
    private final CallSize callSize = new CallSize();
    private final List<DomainEvent> waiting = new ArrayList<>();
    private long characters;
    private String source;
    private @Nullable Target target;

    /** The {@code destination} of the service of {@code settings}. {@code run} is the same for a replay that goes on. */
    public AwsReplay(AwsHub.Settings settings, String destination, String run) {
        this.settings = settings;
        this.destination = destination;
        this.run = run;
        this.source = settings.source();
    }

    /** What is wrong with the destination; empty when nothing is, or when we may not ask. */
    public String check() throws IOException {
        try {
            return target().check(destination);
        } catch (SdkException e) {
            var reason = Sending.reason(e);
            return Sending.isNoRight(reason) ? "" : reason;
        }
    }

    private Target target() throws IOException {
        var open = target;
        if (open == null) {
            try {
                open = new ReplayedTarget(Clients.target(settings.from(source)), run);
            } catch (SdkException e) {
                throw new IOException(settings.service() + ": " + e.getMessage(), e);
            }
            target = open;
        }
        return open;
    }

    @Override
    public void send(DomainEvent event, String from) throws IOException {
        if (!from.equals(source)) {
            flush();
            close();
            source = from;
        }
        waiting.add(event);
        characters += event.characters();
        if (characters >= CHARACTERS_MAX) {
            flush();
        }
    }

    @Override
    public void flush() throws IOException {
        if (waiting.isEmpty()) {
            return;
        }
        var sending = new Sending(target(), random, settings.patience(), () -> "", callSize);
        try {
            for (var event : waiting) {
                sending.add(event, destination);
            }
            sending.run(new HashSet<>());
        } catch (HubRefused | HubUnavailable e) {
            throw new IOException("sending to " + destination + ": " + e.getMessage(), e);
        }
        waiting.clear();
        characters = 0;
    }

    @Override
    public void close() {
        var open = target;
        target = null;
        if (open != null) {
            open.close();
        }
    }
}
