package dev.banyan.bridge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.Transaction;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a writer says its transaction is for; a writer that gets it wrong stops nothing. */
class CauseMessageTest {

    private static final String TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final Schema MESSAGE = SchemaBuilder.struct()
            .field("prefix", Schema.STRING_SCHEMA)
            .field("content", Schema.BYTES_SCHEMA)
            .build();

    static Struct message(String prefix, String content) {
        return new Struct(MESSAGE).put("prefix", prefix).put("content", content.getBytes(StandardCharsets.UTF_8));
    }

    private static Cause read(String content) {
        return CauseMessage.read(message("banyan.cause", content));
    }

    @Test
    void idAndTraceAreWhatTheWriterSaid() {
        assertThat(read("{\"id\": \"request 4711 \u20ac\", \"more\": 1}"))
                .isEqualTo(new Cause("request 4711 \u20ac", null));
        assertThat(read("{\"id\": null, \"traceparent\": \"" + TRACEPARENT + "\"}"))
                .isEqualTo(new Cause(null, TRACEPARENT));
        assertThat(CauseMessage.read(message("banyan.other", "{\"id\": \"a\"}")))
                .isEqualTo(Cause.UNKNOWN);
        assertThat(CauseMessage.read((Struct) null)).isEqualTo(Cause.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "request-4711",
                "[]",
                "{}",
                "{\"id\": 7}",
                "{\"id\": \"\"}",
                "{\"id\": \"a\\nb\"}",
                "{\"id\": \"half a character: \\ud83d\"}",
                "{\"traceparent\": \"00-1-2-3\"}",
                "{\"id\": \"a\", \"traceparent\": \"\"}"
            })
    void whatCannotBeReadIsLeftOut(String content) {
        assertThat(read(content)).isEqualTo(Cause.UNKNOWN);
    }

    @Test
    void anIdHasALimit() {
        assertThat(read("{\"id\": \"" + "x".repeat(256) + "\"}").id()).hasSize(256);
        assertThat(read("{\"id\": \"" + "x".repeat(257) + "\"}")).isEqualTo(Cause.UNKNOWN);
        assertThat(read("{\"id\": \"" + "\ud83d\ude00".repeat(128) + "\"}").id())
                .hasSize(256);
        assertThat(read("{\"id\": \"" + "\ud83d\ude00".repeat(129) + "\"}"))
                .as("H2 counts 258")
                .isEqualTo(Cause.UNKNOWN);
    }

    @Test
    void withoutAnIdTheTransactionStandsForIt() {
        assertThat(of("758", Cause.UNKNOWN)).isEqualTo(new Cause("tx:352c578", null));
        assertThat(of("0-1-17", Cause.UNKNOWN)).isEqualTo(new Cause("tx:352c578/0-1-17", null));
        assertThat(of("758", new Cause(null, TRACEPARENT))).isEqualTo(new Cause("tx:352c578", TRACEPARENT));
        assertThat(of("758", new Cause("a", null))).isEqualTo(new Cause("a", null));
    }

    private static Cause of(String txId, Cause cause) {
        return new Transaction(0x352c578, txId, Instant.EPOCH, List.of(), cause).causeOfEvents();
    }
}
