package dev.banyan.gateway.compare;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads JSON within limits; of a key that comes twice the last counts, as for most readers. */
final class JsonDocuments {

    /** The deepest nesting that is read. */
    static final int DEPTH_MAX = 256;

    /** The most characters of a number that is read. */
    static final int NUMBER_CHARS_MAX = 1_000;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEPTH_MAX)
                            .maxNumberLength(NUMBER_CHARS_MAX)
                            .build())
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** What came of reading: a node, or what stood in the way. */
    record Parsed(@Nullable JsonNode node, boolean beyondLimits) {}

    private JsonDocuments() {}

    static Parsed parse(byte[] body) {
        try {
            JsonNode node = MAPPER.readTree(body);
            return new Parsed(node.isMissingNode() ? null : node, false);
        } catch (StreamConstraintsException e) {
            return new Parsed(null, true);
        } catch (JacksonException | NumberFormatException e) {
            return new Parsed(null, false);
        }
    }
}
