package dev.banyan.bridge.aws;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.CloudEventJson;
import java.util.List;
import java.util.Set;
import software.amazon.awssdk.services.eventbridge.EventBridgeClient;
import software.amazon.awssdk.services.eventbridge.model.PutEventsRequestEntry;

/** Buses of EventBridge. The detail is the whole CloudEvent, and the detail type its type; EventBridge itself promises no order. */
record EventBridgeTarget(EventBridgeClient client, String source, Limits limits) implements Target {

    static final Limits LIMITS = new Limits(10, 1 << 20, 1 << 20);

    /** Errors that say that the entry itself cannot be taken. A right that is missing is no event's fault. */
    private static final Set<String> FINAL = Set.of("MalformedDetail", "InvalidArgument", "ValidationException");

    private static final int TIME_BYTES = 14;

    @Override
    public Entry entry(DomainEvent event, String destination) {
        return entry(event, source, destination);
    }

    static Entry entry(DomainEvent event, String source, String destination) {
        var body = CloudEventJson.of(event, source);
        var bytes = TIME_BYTES + Messages.utf8(source) + Messages.utf8(event.type()) + Messages.utf8(body);
        return new Entry(event, destination, body, bytes);
    }

    @Override
    public List<Refusal> send(String bus, List<Entry> entries) {
        var puts = entries.stream()
                .map(entry -> PutEventsRequestEntry.builder()
                        .eventBusName(bus)
                        .source(source)
                        .detailType(entry.event().type())
                        .time(entry.event().time())
                        .detail(entry.body())
                        .build())
                .toList();
        var results = client.putEvents(request -> request.entries(puts)).entries();
        return Answers.byPlace(entries.size(), results.size(), place -> {
            var result = results.get(place);
            var code = result.errorCode();
            if (code != null) {
                return new Refusal(place, code, String.valueOf(result.errorMessage()), FINAL.contains(code));
            }
            return result.eventId() == null ? Answers.notMentioned(place) : null;
        });
    }

    @Override
    public String check(String bus) {
        client.describeEventBus(request -> request.name(bus));
        return "";
    }

    @Override
    public void close() {
        client.close();
    }
}
