package dev.banyan.bridge.engine;

import dev.banyan.bridge.change.Cause;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The message by which a writer says within its transaction what that is for: {@code {"id": ..., "traceparent": ...}}, one of them at least. */
final class CauseMessage {

    /*
     * What cannot be read is logged and left out. It is a hint for people; a writer that gets it wrong must not be able to stop the bridge.
     */

    static final String PREFIX = "banyan.cause";

    private static final Logger LOG = LoggerFactory.getLogger(CauseMessage.class);

    private CauseMessage() {}

    /** What Debezium's {@code message} says of the cause; unknown when it is about something else. */
    static Cause read(@Nullable Struct message) {
        if (message == null || !PREFIX.equals(message.getString("prefix"))) {
            return Cause.UNKNOWN;
        }
        try {
            return read(new String(bytes(message.get("content")), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException | JacksonException e) {
            var found = e instanceof JacksonException ? "no JSON" : e.getMessage();
            LOG.warn("a message {} is left out: {}; it should look like {\"id\": \"request-4711\"}", PREFIX, found);
            return Cause.UNKNOWN;
        }
    }

    static Cause read(String json) {
        var node = JsonMapper.shared().readTree(json);
        var cause = new Cause(id(node), text(node, "traceparent"));
        if (cause.equals(Cause.UNKNOWN)) {
            throw new IllegalArgumentException("neither id nor traceparent");
        }
        return cause;
    }

    /** H2 counts a character beyond U+FFFF as two, and a half of one is no text for a hub; ids of before may be among what waits, so that {@link Cause} takes them. */
    private static @Nullable String id(JsonNode node) {
        var id = text(node, "id");
        if (id != null && id.length() > Cause.ID_CHARACTERS_MAX) {
            throw new IllegalArgumentException("id: " + id.length() + " characters, where one beyond U+FFFF is two");
        }
        if (id != null && !StandardCharsets.UTF_8.newEncoder().canEncode(id)) {
            throw new IllegalArgumentException("id: half a character");
        }
        return id;
    }

    private static @Nullable String text(JsonNode node, String name) {
        var value = node.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isString()) {
            throw new IllegalArgumentException(name + ": no text");
        }
        return value.stringValue();
    }

    private static byte[] bytes(Object content) {
        return switch (content) {
            case byte[] bytes -> bytes;
            case ByteBuffer buffer -> {
                var bytes = new byte[buffer.remaining()];
                buffer.duplicate().get(bytes);
                yield bytes;
            }
            default ->
                throw new IllegalArgumentException(
                        "content: " + content.getClass().getSimpleName());
        };
    }
}
