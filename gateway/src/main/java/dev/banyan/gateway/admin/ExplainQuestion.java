package dev.banyan.gateway.admin;

import dev.banyan.rules.Explain;
import dev.banyan.rules.ExplanationMap;
import dev.banyan.rules.RoutingTable;
import dev.banyan.rules.SampleRequest;
import java.net.InetAddress;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A request that somebody asks the rules in force about. */
record ExplainQuestion(SampleRequest request) {

    /** The most bytes of a question. */
    static final int BYTES_MAX = 64 * 1024;

    private static final JsonMapper JSON = new JsonMapper();

    /**
     * Reads {@code {"method": "GET", "url": "https://shop/", "headers": ["Name: value"], "from": "10.0.0.9", "at":
     * "2026-12-01T08:00:00Z"}}; all but the url may be left out. An {@link IllegalArgumentException} says what is wrong.
     */
    static ExplainQuestion parse(String text, InstantSource clock) {
        try {
            JsonNode question = JSON.readTree(text);
            List<String> headers = new ArrayList<>();
            question.path("headers").forEach(each -> headers.add(each.asString("")));
            String from = question.path("from").asString("");
            String at = question.path("at").asString("");
            return new ExplainQuestion(new SampleRequest(
                    question.path("method").asString("GET"),
                    question.path("url").asString(""),
                    headers,
                    from.isEmpty() ? null : InetAddress.ofLiteral(from),
                    at.isEmpty() ? clock.instant() : Instant.parse(at)));
        } catch (JacksonException e) {
            throw new IllegalArgumentException("body: no JSON (expected: {\"method\": ..., \"url\": ...})", e);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("at: no time (expected: such as 2026-12-01T08:00:00Z)", e);
        }
    }

    Map<String, Object> answer(RoutingTable table) {
        return ExplanationMap.of(Explain.of(table, request.facts(table.rules())), table.rules());
    }
}
