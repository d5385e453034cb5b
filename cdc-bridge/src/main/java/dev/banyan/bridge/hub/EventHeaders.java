package dev.banyan.bridge.hub;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.record.CloudEventHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Events' headers in Kafka's form. What the event before had too, such as its transaction's time, is not made again. One thread uses it. */
final class EventHeaders {

    private record Last(String value, Header header) {}

    private final String source;
    private final Map<String, Last> lastByName = new HashMap<>();
    private Instant time = Instant.EPOCH;
    private String timeText = time.toString();

    EventHeaders(String source) {
        this.source = source;
    }

    /** CloudEvents 1.0, Kafka binding, binary mode. */
    Headers of(DomainEvent event) {
        if (!event.time().equals(time)) {
            time = event.time();
            timeText = time.toString();
        }
        var headers = new RecordHeaders();
        CloudEventHeaders.tell(event, source, timeText, (name, value) -> headers.add(header(name, value)));
        return headers;
    }

    private Header header(String name, String value) {
        var last = lastByName.get(name);
        if (last == null || !last.value.equals(value)) {
            last = new Last(value, new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8)));
            lastByName.put(name, last);
        }
        return last.header;
    }
}
