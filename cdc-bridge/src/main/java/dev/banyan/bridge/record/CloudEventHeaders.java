package dev.banyan.bridge.record;

import dev.banyan.bridge.change.DomainEvent;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** An event's attributes as CloudEvents 1.0, Kafka binding, binary mode has them: {@code ce_} headers; the record's value is the data. */
public final class CloudEventHeaders {

    private CloudEventHeaders() {}

    /** Header by name, in the order they are sent; all are UTF-8 text. */
    public static SequencedMap<String, String> of(DomainEvent event, String source) {
        var headers = new LinkedHashMap<String, String>();
        headers.put("ce_specversion", "1.0");
        headers.put("ce_id", event.id());
        headers.put("ce_source", source);
        headers.put("ce_type", event.type());
        headers.put("ce_subject", event.subject());
        headers.put("ce_time", DateTimeFormatter.ISO_INSTANT.format(event.time()));
        headers.put("content-type", "application/json");
        if (event.dataschema() != null) {
            headers.put("ce_dataschema", event.dataschema());
        }
        headers.put("ce_partitionkey", event.subject());
        headers.put("ce_sequence", event.sequence());
        headers.put("ce_txid", event.txId());
        if (event.cause().id() != null) {
            headers.put("ce_causationid", event.cause().id());
        }
        if (event.cause().traceparent() != null) {
            headers.put("ce_traceparent", event.cause().traceparent());
        }
        if (event.backfill()) {
            headers.put("ce_backfill", "true");
        }
        if (event.dataref() != null) {
            headers.put("ce_dataref", event.dataref());
        }
        if (!event.changed().isEmpty()) {
            headers.put("ce_changed", String.join(",", event.changed()));
        }
        return headers;
    }
}
