package dev.banyan.gateway.admin;

import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** What the admin API answers: a status, and a body of the media type. */
record Reply(int status, String mediaType, String body) {

    private static final JsonMapper JSON = new JsonMapper();

    /** Returns {@code content} as JSON. */
    static Reply json(int status, Object content) {
        return new Reply(status, "application/json", JSON.writeValueAsString(content));
    }

    /** Returns what was wrong, as {@code {"error": words}}. */
    static Reply error(int status, String words) {
        return json(status, Map.of("error", words));
    }
}
