package dev.banyan.loyalty.feed;

import dev.banyan.loyalty.ledger.Delivery;
import dev.banyan.loyalty.ledger.EventReader;
import dev.banyan.loyalty.ledger.Reading;
import io.cloudevents.kafka.KafkaMessageFactory;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** Turns a Kafka record, a CloudEvent in binary mode, into a {@link Delivery}. Never throws. */
final class DeliveryReader {

    private final EventReader events = new EventReader();

    Delivery read(ConsumerRecord<byte[], byte[]> record) {
        return new Delivery(record.partition(), record.offset(), reading(record), headers(record), record.value());
    }

    private Reading reading(ConsumerRecord<byte[], byte[]> record) {
        try {
            return events.read(KafkaMessageFactory.createReader(record).toEvent());
        } catch (RuntimeException e) { // of a header without a value the library makes a NullPointerException
            return new Reading.Broken("not a CloudEvent: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
        }
    }

    private static String headers(ConsumerRecord<byte[], byte[]> record) {
        return StreamSupport.stream(record.headers().spliterator(), false)
                .map(DeliveryReader::line)
                .collect(Collectors.joining("\n"));
    }

    private static String line(Header header) {
        var value = header.value();
        return header.key() + "=" + (value == null ? "" : new String(value, StandardCharsets.UTF_8));
    }
}
