package dev.banyan.bridge.record;

import dev.banyan.bridge.change.DomainEvent;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.BiConsumer;

/** An event's attributes as CloudEvents 1.0, Kafka binding, binary mode has them: {@code ce_} headers; the record's value is the data. */
public final class CloudEventHeaders {

    private CloudEventHeaders() {}

    /** Header by name, in the order they are sent; all are UTF-8 text. */
    public static SequencedMap<String, String> of(DomainEvent event, String source) {
        var headers = new LinkedHashMap<String, String>();
        tell(event, source, DateTimeFormatter.ISO_INSTANT.format(event.time()), headers::put);
        return headers;
    }

    /** Tells {@code header} each name and value, in that order; {@code time} is the event's. */
    public static void tell(DomainEvent event, String source, String time, BiConsumer<String, String> header) {
        header.accept("ce_specversion", "1.0");
        header.accept("ce_id", event.id());
        header.accept("ce_source", source);
        header.accept("ce_type", event.type());
        header.accept("ce_subject", event.subject());
        header.accept("ce_time", time);
        header.accept("content-type", "application/json");
        if (event.dataschema() != null) {
            header.accept("ce_dataschema", event.dataschema());
        }
        header.accept("ce_partitionkey", event.subject());
        header.accept("ce_sequence", event.sequence());
        header.accept("ce_txid", event.txId());
        if (event.cause().id() != null) {
            header.accept("ce_causationid", event.cause().id());
        }
        if (event.cause().traceparent() != null) {
            header.accept("ce_traceparent", event.cause().traceparent());
        }
        if (event.backfill()) {
            header.accept("ce_backfill", "true");
        }
        if (event.dataref() != null) {
            header.accept("ce_dataref", event.dataref());
        }
        if (!event.changed().isEmpty()) {
            header.accept("ce_changed", String.join(",", event.changed()));
        }
    }
}
