package dev.banyan.bridge.hub;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
    private final Map<String, String> tooLargeById = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    /** What is to be told of the record of the event {@code id}. */
    Callback of(String id) {
        return (metadata, exception) -> {
            if (exception instanceof RecordTooLargeException) {
                tooLargeById.put(id, String.valueOf(exception.getMessage()));
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

    /** What Kafka says of events that are larger than their topics take, by their ids: those that it was asked to take before it gave all up. */
    Map<String, String> tooLarge() {
        return Map.copyOf(tooLargeById);
    }

    /** What the first record failed with that did; null when none has. What fails later fails because of it. */
    @Nullable
    Exception failure() {
        return failure.get();
    }
}
