package dev.banyan.bench.bridge;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Where messages arrive: a consumer of committed records that counts them. For one thread. */
final class Target implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(20);
    private static final Duration SILENCE_MAX = Duration.ofSeconds(90);
    private static final Duration AFTERGLOW = Duration.ofMillis(500);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final String firstTopic;
    private long messages;

    /** A target for what arrives from now on of {@code load}. */
    Target(Servers servers, Carrier carrier, Load load) {
        consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers", servers.bootstrapServers(),
                        "isolation.level", "read_committed",
                        "max.poll.records", "5000",
                        "fetch.max.wait.ms", "20"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        firstTopic = carrier.topics(load).getFirst();
        List<TopicPartition> partitions = new ArrayList<>();
        for (var topic : carrier.topics(load)) {
            for (var partition = 0; partition < Servers.PARTITIONS; partition++) {
                partitions.add(new TopicPartition(topic, partition));
            }
        }
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
    }

    /** How many messages have arrived. */
    long messages() {
        return messages;
    }

    /** Returns when {@code count} messages have arrived; a {@link CarryFailed} when none comes for a long time. */
    void await(long count, String what) {
        await(() -> messages >= count, _ -> {}, what + " (" + count + " messages)");
    }

    /** Returns when {@code isEnough} holds; tells {@code seen} the id of each row or event of the first table. */
    void await(BooleanSupplier isEnough, LongConsumer seen, String what) {
        var deadline = System.nanoTime() + SILENCE_MAX.toNanos();
        while (!isEnough.getAsBoolean()) {
            if (poll(POLL, seen) > 0) {
                deadline = System.nanoTime() + SILENCE_MAX.toNanos();
            } else if (System.nanoTime() > deadline) {
                throw new CarryFailed(
                        what + ": after " + messages + " messages none for " + SILENCE_MAX.toSeconds() + " s");
            }
        }
    }

    /** How many still come: messages that were sent twice. */
    long rest() {
        var before = messages;
        var deadline = System.nanoTime() + AFTERGLOW.toNanos();
        while (System.nanoTime() < deadline) {
            poll(POLL, _ -> {});
        }
        return messages - before;
    }

    private int poll(Duration wait, LongConsumer seen) {
        var records = consumer.poll(wait);
        for (var message : records) {
            if (message.topic().equals(firstTopic)) {
                seen.accept(lastNumber(message.key()));
            }
        }
        messages += records.count();
        return records.count();
    }

    /** 42 of {@code item/42}, and of the JSON of a key with that id. */
    static long lastNumber(byte[] key) {
        var end = key.length;
        while (end > 0 && !isDigit(key[end - 1])) {
            end--;
        }
        long number = 0;
        long unit = 1;
        for (var i = end - 1; i >= 0 && isDigit(key[i]); i--) {
            number += unit * (key[i] - '0');
            unit *= 10;
        }
        return number;
    }

    private static boolean isDigit(byte letter) {
        return letter >= '0' && letter <= '9';
    }

    @Override
    public void close() {
        consumer.close();
    }
}
