package dev.banyan.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayTargetsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "orders",
                "arn:aws:kinesis:eu-west-1:000000000000:stream/orders",
                "arn:aws:sns:eu-west-1:000000000000:orders",
                "arn:aws:events:eu-west-1:000000000000:event-bus/orders",
                "https://sqs.eu-west-1.amazonaws.com/000000000000/orders"
            })
    void aDestinationIsTheSameByWhateverItIsCalled(String destination) {
        assertThat(ReplayTargets.name(destination)).isEqualTo("orders");
    }
}
