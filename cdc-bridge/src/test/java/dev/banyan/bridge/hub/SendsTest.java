package dev.banyan.bridge.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

/** How long a commit is asked to go on. */
class SendsTest {

    private final Sends sends = new Sends();
    private final AtomicInteger asked = new AtomicInteger();

    /** One that does {@code meanwhile} in each commit, by its number from 1, and is out of time. */
    private Producer<?, ?> outOfTime(IntConsumer meanwhile) {
        return (Producer<?, ?>) Proxy.newProxyInstance(
                Producer.class.getClassLoader(), new Class<?>[] {Producer.class}, (_, method, _) -> {
                    assertThat(method.getName()).isEqualTo("commitTransaction");
                    assertThat(asked.incrementAndGet()).as("asked for ever").isLessThan(10);
                    meanwhile.accept(asked.get());
                    throw new TimeoutException("after 5000 ms");
                });
    }

    private void acknowledge() {
        sends.onCompletion(null, null);
    }

    @Test
    void asLongAsSomethingArrives() {
        var producer = outOfTime(number -> {
            if (number < 4) {
                acknowledge();
            }
        });
        assertThatThrownBy(() -> sends.commit(producer, () -> false)).isInstanceOf(TimeoutException.class);
        assertThat(asked).hasValue(4);
    }

    @Test
    void notBehindAStop() {
        var producer = outOfTime(_ -> acknowledge());
        assertThatThrownBy(() -> sends.commit(producer, () -> asked.get() == 2)).isInstanceOf(TimeoutException.class);
        assertThat(asked).hasValue(2);
    }

    @Test
    void notWhenARecordHasFailed() {
        var producer = outOfTime(number -> {
            acknowledge();
            sends.onCompletion(null, new KafkaException("record " + number));
        });
        assertThatThrownBy(() -> sends.commit(producer, () -> false)).isInstanceOf(TimeoutException.class);
        assertThat(asked).hasValue(1);
        assertThat(sends.failure()).hasMessage("record 1");
    }
}
