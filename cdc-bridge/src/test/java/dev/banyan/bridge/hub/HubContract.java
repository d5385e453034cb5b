package dev.banyan.bridge.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.DomainEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What every hub must do; a test class a hub says how to reach it and how to read what has arrived. */
public interface HubContract {

    /** An event as a consumer reads it. */
    record Received(
            String id,
            String type,
            String source,
            String subject,
            String time,
            String sequence,
            String changed,
            String backfill,
            String dataschema,
            String causation,
            String data) {}

    String SOURCE = "/contract/test";

    String TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    /** The hub, not open yet, with nothing in it; {@code topic} leads to what {@link #received} reads. */
    Hub hub();

    String topic();

    /** What has arrived since {@link #hub} was called, in the order in which a consumer reads it. */
    List<Received> received();

    /** A hub at an address where nothing answers. */
    Hub unreachable();

    static HubPosition position(long lsn) {
        return new HubPosition("store", "system", 1, lsn);
    }

    default DomainEvent event(int number, String subject, String data) {
        return new DomainEvent(
                "00000000-0000-4000-8000-%012d".formatted(number),
                "shop.orders.OrderChanged.v1",
                topic(),
                subject,
                Instant.parse("2026-01-31T10:15:30.123456Z"),
                "%016x-%06d".formatted(77, number),
                "4711",
                number % 5 == 0,
                number % 3 == 0 ? List.of("status", "total") : List.of(),
                "urn:banyan:contract:shop.orders.OrderChanged.v1.json",
                new Cause("request " + number + " \u20ac", number % 2 == 0 ? TRACEPARENT : null),
                data);
    }

    private List<DomainEvent> events(int count, int subjects, Supplier<String> text) {
        var events = new ArrayList<DomainEvent>();
        for (var i = 0; i < count; i++) {
            events.add(event(
                    i,
                    "order/" + i % subjects + (i % subjects == 1 ? " \u00e4 b" : ""),
                    "{\"n\":" + i + ",\"t\":\"" + text.get() + "\"}"));
        }
        return events;
    }

    static void assertInOrder(List<Received> received) {
        var last = new HashMap<String, String>();
        for (var each : received) {
            var before = last.put(each.subject(), each.sequence());
            assertThat(each.sequence()).as(each.subject()).isGreaterThan(before == null ? "" : before);
        }
    }

    @Test
    default void eventsArriveOnceAsCloudEventsAndInTheOrderOfTheirKey() throws Exception {
        var events = events(60, 7, () -> "1.10 \\u0000 \u20ac \ud83d\ude00 \\\" \uffff");
        try (var hub = hub()) {
            hub.open();
            hub.publish(events.subList(0, 41), position(1));
            hub.publish(events.subList(41, 60), position(2));
        }
        var received = received();
        assertInOrder(received);
        assertThat(received)
                .containsExactlyInAnyOrderElementsOf(events.stream()
                        .map(event -> new Received(
                                event.id(),
                                event.type(),
                                SOURCE,
                                event.subject(),
                                "2026-01-31T10:15:30.123456Z",
                                event.sequence(),
                                String.join(",", event.changed()),
                                event.backfill() ? "true" : "",
                                "urn:banyan:contract:shop.orders.OrderChanged.v1.json",
                                event.cause().id() + " "
                                        + Objects.requireNonNullElse(
                                                event.cause().traceparent(), ""),
                                event.data()))
                        .toList());
    }

    @Test
    default void whatIsTooMuchForOneCallIsSentInSeveral() throws Exception {
        var text = "x".repeat(100_000);
        var events = events(25, 25, () -> text);
        try (var hub = hub()) {
            hub.open();
            hub.publish(events, position(1));
        }
        assertThat(received())
                .extracting(Received::id)
                .containsExactlyInAnyOrderElementsOf(
                        events.stream().map(DomainEvent::id).toList());
    }

    @Test
    default void theLargestEventArrivesAndALargerOneIsRefused() throws Exception {
        try (var hub = hub()) {
            hub.open();
            var empty = hub.bytes(event(1, "order/1", "{\"t\":\"\"}"));
            var room = (int) (hub.eventBytesMax() - empty) - 8; // lengths in front may grow
            hub.publish(List.of(event(1, "order/1", "{\"t\":\"" + "y".repeat(room) + "\"}")), position(1));
            var larger = event(2, "order/1", "{\"t\":\"" + "y".repeat(room + 100) + "\"}");
            assertThat(hub.bytes(larger)).isGreaterThan(hub.eventBytesMax());
            assertThatThrownBy(() -> hub.publish(List.of(larger), position(2))).isInstanceOf(HubRefused.class);
        }
        assertThat(received())
                .extracting(Received::id)
                .containsExactly(event(1, "order/1", "").id());
    }

    @Test
    default void anEventWhoseDataLiesElsewhereSaysWhere() throws Exception {
        try (var hub = hub()) {
            hub.open();
            hub.publish(List.of(event(1, "order/1", "{}").claimedAt("file:///lake/claims/1.json")), position(1));
        }
        assertThat(received()).extracting(Received::data).containsExactly("-> file:///lake/claims/1.json");
    }

    @Test
    default void aCallThatNobodyAnswersEndsWhenItIsAborted() throws Exception {
        try (var hub = unreachable()) {
            var call = CompletableFuture.runAsync(() -> {
                try {
                    hub.open();
                    hub.publish(List.of(event(1, "order/1", "{}")), position(1));
                } catch (HubUnavailable e) {
                    throw new IllegalStateException(e);
                }
            });
            hub.abort();
            assertThatThrownBy(() -> call.get(60, TimeUnit.SECONDS))
                    .hasRootCauseInstanceOf(Exception.class)
                    .hasStackTraceContaining("HubUnavailable");
        }
    }
}
