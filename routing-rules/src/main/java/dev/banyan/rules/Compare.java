package dev.banyan.rules;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of two replies is compared, and what is passed over.
 *
 * @param statusByClass whether 200 and 204 count as equal, because both are successes
 * @param headers the names of the headers that are compared, in lower case
 * @param json how JSON is compared
 * @param html how HTML is compared
 * @param xmlIgnore places in XML, as {@code /order/line/@id}, that are passed over
 * @param textIgnore expressions (RE2); what fits one of them in a line of text is passed over
 * @param redact what evidence never shows: paths in JSON, names of headers and form fields
 * @param noisePercent of mirrored requests, 0 to 100: the baseline is asked twice, to see how it differs from itself
 */
public record Compare(
        boolean statusByClass,
        List<String> headers,
        Json json,
        Html html,
        List<Ignored> xmlIgnore,
        List<Ignored> textIgnore,
        List<String> redact,
        int noisePercent) {

    /** The headers that are compared when a route names none. */
    public static final List<String> HEADERS_UNSET =
            List.of("cache-control", "content-type", "location", "set-cookie", "www-authenticate");

    static final int NOISE_PERCENT_UNSET = 1;

    /** What a route gets that says nothing. */
    public static final Compare UNSET = new Compare(
            false, HEADERS_UNSET, Json.UNSET, Html.UNSET, List.of(), List.of(), List.of(), NOISE_PERCENT_UNSET);

    public Compare {
        headers = List.copyOf(headers);
        xmlIgnore = List.copyOf(xmlIgnore);
        textIgnore = List.copyOf(textIgnore);
        redact = List.copyOf(redact);
        if (noisePercent < 0 || noisePercent > 100) {
            throw new IllegalArgumentException("noise.percent: " + noisePercent + " (expected: 0..100)");
        }
    }

    /**
     * A place where replies may differ.
     *
     * @param place a JSON path, a CSS selector, a path in XML or an expression, by where it stands
     * @param reason why, for the next reader
     * @param expires the first day on which it no longer holds; null is for ever
     */
    public record Ignored(
            String place, String reason, @Nullable LocalDate expires) {}

    /**
     * How JSON is compared. Without any rule, {@code 1} and {@code 1.0} are equal, the order of keys never counts, and that
     * of elements does.
     *
     * @param nullEqualsAbsent whether {@code null} and no key are equal
     * @param additionsAllowed whether keys that only the candidate has are passed over
     */
    public record Json(
            List<Ignored> ignore,
            List<ArrayOrder> arrays,
            List<Tolerance> tolerance,
            List<Timestamps> timestamps,
            boolean nullEqualsAbsent,
            boolean additionsAllowed) {

        static final Json UNSET = new Json(List.of(), List.of(), List.of(), List.of(), false, false);

        public Json {
            ignore = List.copyOf(ignore);
            arrays = List.copyOf(arrays);
            tolerance = List.copyOf(tolerance);
            timestamps = List.copyOf(timestamps);
        }
    }

    /**
     * How the elements of an array find each other.
     *
     * @param keyedBy the key of an element that says which it is; null pairs equal elements in any order
     */
    public record ArrayOrder(JsonPath path, @Nullable String keyedBy) {}

    /**
     * How far numbers may differ.
     *
     * @param abs the largest difference; null when {@code rel} is said
     * @param rel the largest difference as a share of the larger number, 0 to 1; null when {@code abs} is said
     */
    public record Tolerance(
            JsonPath path,
            @Nullable BigDecimal abs,
            @Nullable BigDecimal rel) {}

    /** How far moments, written in any form of ISO 8601 or as epoch seconds or milliseconds, may lie apart. */
    public record Timestamps(JsonPath path, Duration within) {}

    /**
     * How HTML is compared, after what every page has anew was taken out of it (tokens, nonces, fingerprints).
     *
     * @param ignore elements, by CSS selector
     * @param ignoreAttributes names of attributes, in lower case
     */
    public record Html(List<Ignored> ignore, List<String> ignoreAttributes) {

        static final Html UNSET = new Html(List.of(), List.of());

        public Html {
            ignore = List.copyOf(ignore);
            ignoreAttributes = List.copyOf(ignoreAttributes);
        }
    }
}
