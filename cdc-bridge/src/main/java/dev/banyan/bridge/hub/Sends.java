package dev.banyan.bridge.hub;

import dev.banyan.bridge.change.DomainEvent;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What has become of the records of one publish. Kafka's own thread tells it. */
final class Sends implements Callback {

    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicReference<@Nullable String> tooLarge = new AtomicReference<>();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    /** What is to be told of the record of {@code event}. */
    Callback of(DomainEvent event) {
        var id = event.id(); // its data is not to be kept until Kafka has answered
        var topic = event.topic();
        return (metadata, exception) -> {
            if (exception instanceof RecordTooLargeException) {
                tooLarge.compareAndSet(
                        null, "event " + id + " is larger than topic " + topic + " takes: " + exception.getMessage());
            }
            onCompletion(metadata, exception);
        };
    }

    @Override
    public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception exception) {
        if (exception == null) {
            acknowledged.incrementAndGet();
        } else {
            failure.compareAndSet(null, exception);
        }
    }

    /** Commits {@code producer}'s transaction, which has these records, however long it takes as long as Kafka takes something and nobody stops it. */
    void commit(Producer<?, ?> producer, BooleanSupplier isStopped) {
        while (true) {
            var before = acknowledged();
            try {
                producer.commitTransaction();
                return;
            } catch (TimeoutException e) {
                if (isStopped.getAsBoolean() || failure() != null || acknowledged() == before) {
                    throw e;
                }
            }
        }
    }

    /** How many records Kafka has. */
    long acknowledged() {
        return acknowledged.get();
    }

    /** What Kafka says of the first event that is larger than its topic takes; null when there is none. */
    @Nullable
    String tooLarge() {
        return tooLarge.get();
    }

    /** What the first record failed with that did; null when none has. What fails later fails because of it. */
    @Nullable
    Exception failure() {
        return failure.get();
    }
}
