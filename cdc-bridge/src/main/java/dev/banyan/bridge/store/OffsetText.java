package dev.banyan.bridge.store;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** A Debezium offset as JSON text: numbers come back as Long, as Debezium expects them. */
public final class OffsetText {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_LONG_FOR_INTS)
            .build();

    private OffsetText() {}

    public static String write(Map<String, ?> offset) {
        return JSON.writeValueAsString(offset);
    }

    public static Map<String, Object> read(String text) {
        return JSON.readValue(text, new TypeReference<LinkedHashMap<String, Object>>() {});
    }
}
