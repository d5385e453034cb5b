package dev.banyan.bridge.aws;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.hub.HubUnavailable;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;

/** A service of Amazon Web Services as the hub. */
public final class AwsHub implements Hub {

    /*
     * Nothing here is atomic. What of a publish has arrived is remembered, so that after a failure only the rest is sent again; after a
     * restart all of it is, with the same ids, which a FIFO queue or topic drops for five minutes. None of these services shuts an earlier
     * holder out, so no call is begun while the lease is not sure; what was left is sent once it is again.
     */
    /** How long nothing may arrive before a publish is given up. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Which service. */
    public enum Service {
        SQS("queue"),
        SNS("topic"),
        KINESIS("stream"),
        EVENTBRIDGE("bus");

        private final String destination;

        Service(String destination) {
            this.destination = destination;
        }

        /** What it calls a place where events go. */
        public String destination() {
            return destination;
        }
    }

    /**
     * Where events go. {@code destinations} has for each topic of the mapping a queue's URL, a topic's ARN, a stream's or a bus's name;
     * the key {@code *} stands for all others. Without {@code region} and {@code endpoint} the SDK finds them where it always does, as
     * it does credentials. {@code eventKilobytesMax} of 0 is the service's own limit.
     */
    public record Settings(
            Service service,
            String source,
            Map<String, String> destinations,
            @Nullable String region,
            @Nullable URI endpoint,
            int eventKilobytesMax,
            Duration patience) {
        public Settings {
            destinations = Map.copyOf(destinations);
        }

        public Settings(
                Service service,
                String source,
                Map<String, String> destinations,
                @Nullable String region,
                @Nullable URI endpoint,
                int eventKilobytesMax) {
            this(service, source, destinations, region, endpoint, eventKilobytesMax, PATIENCE);
        }

        /** The same for events from {@code other}. */
        Settings from(String other) {
            return new Settings(service, other, destinations, region, endpoint, eventKilobytesMax, patience);
        }

        /** Where events of {@code topic} go; null when nothing says so. */
        public @Nullable String destination(String topic) {
            var own = destinations.get(topic);
            return own == null ? destinations.get("*") : own;
        }
    }

    private final Settings settings;
    private final RandomGenerator random;
    private final Set<String> arrived = new HashSet<>();
    private @Nullable HubPosition underWay;
    private volatile @Nullable Target target;
    private volatile boolean aborted;
    private final CallSize callSize = new CallSize();
    private volatile BooleanSupplier holdsLease = () -> true;

    public AwsHub(Settings settings) {
        this(settings, RandomGenerator.getDefault());
    }

    AwsHub(Settings settings, RandomGenerator random) {
        this.settings = settings;
        this.random = random;
    }

    private Target target() throws HubUnavailable {
        var open = target;
        if (open == null) {
            try {
                open = Clients.target(settings);
            } catch (SdkException e) {
                throw new HubUnavailable(settings.service() + ": " + e.getMessage(), e);
            }
            target = open;
        }
        return open;
    }

    /** Always without a position: these services keep none of ours. */
    @Override
    public Optional<HubPosition> open() throws HubUnavailable {
        target();
        return Optional.empty();
    }

    @Override
    public void publish(List<DomainEvent> events, HubPosition position) throws HubUnavailable {
        if (!position.equals(underWay)) {
            arrived.clear();
            underWay = position;
        }
        var sending = new Sending(target(), random, settings.patience(), this::hindrance, callSize);
        for (var event : events) {
            if (!arrived.contains(event.id())) {
                sending.add(event, destination(event));
            }
        }
        sending.run(arrived);
        arrived.clear();
        underWay = null;
    }

    private String hindrance() {
        if (aborted) {
            return "stopped";
        }
        return holdsLease.getAsBoolean() ? "" : "the lease was not renewed in time, and another bridge may send now";
    }

    private String destination(DomainEvent event) {
        var destination = settings.destination(event.topic());
        if (destination == null) {
            throw new IllegalStateException(
                    "topic " + event.topic() + ": no destination (expected: one, or one for '*')");
        }
        return destination;
    }

    @Override
    public long eventBytesMax() {
        return Clients.limits(settings).entryBytesMax();
    }

    @Override
    public long bytes(DomainEvent event) {
        // The destination is no part of it, and of what is replayed the topic may be gone from the mapping.
        return Clients.bytes(settings, event, "");
    }

    @Override
    public boolean fences() {
        return false;
    }

    @Override
    public void sendWhile(BooleanSupplier holdsLease) {
        this.holdsLease = holdsLease;
    }

    /** True when {@code found} by {@link #check} is no more than that we may not ask. */
    public static boolean isUnknown(String found) {
        return Sending.isNoRight(found);
    }

    /** What is wrong with each destination, by its name; empty when nothing is. Changes nothing. */
    public Map<String, String> check() throws HubUnavailable {
        var wrong = new TreeMap<String, String>();
        for (var destination : new HashSet<>(settings.destinations().values())) {
            try {
                var found = target().check(destination);
                if (!found.isEmpty()) {
                    wrong.put(destination, found);
                }
            } catch (SdkException e) {
                wrong.put(destination, Sending.reason(e));
            }
        }
        return wrong;
    }

    @Override
    public void abort() {
        aborted = true;
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
