package dev.banyan.catalog.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.catalog.projection.Reading;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeliveryReaderTest {

    @ParameterizedTest
    @ValueSource(strings = {"content-type", "ce_specversion", "ce_type", "ce_time"})
    void aHeaderWithoutAValueIsAFault(String name) {
        var record = new ConsumerRecord<>("topic", 1, 7, new byte[0], "{}".getBytes(StandardCharsets.UTF_8));
        record.headers().add(name, null);

        var delivery = new DeliveryReader().read(record);

        assertThat(delivery.reading()).isInstanceOf(Reading.Broken.class);
        assertThat(delivery.headers()).isEqualTo(name + "=");
    }
}
