package dev.banyan.bridge.lake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A line of the lake is read as it was written. */
class LakeRecordTest {

    static Stream<Arguments> data() {
        return Stream.of(
                Arguments.of(Named.of("a number of 20,000 digits", "{\"number\":" + "7".repeat(20_000) + "}")),
                Arguments.of(Named.of("2,000 deep", "{\"deep\":" + "[".repeat(2_000) + "]".repeat(2_000) + "}")));
    }

    @ParameterizedTest
    @MethodSource("data")
    void dataThatAParserRefusesIsReadAsItWasSent(String data) {
        var event = LakeContract.event(3, 0, "shop.T.v1", "x/1", data);
        var read = LakeRecord.read(1, new LakeRecord(1, 5, "/shop", event).line());
        assertThat(read.number()).isEqualTo(5);
        assertThat(read.event().equals(event)).isTrue(); // not isEqualTo, which would print it
    }
}
