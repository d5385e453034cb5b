package dev.banyan.rules;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One alternative of a {@link Route}: all of its parts must hold.
 *
 * @param method in capitals as requests carry it; null is any
 */
public record Match(Path path, @Nullable String method, List<Field> headers, List<Field> queryParams) {

    /** The most headers, and the most query parameters, one match may ask for. */
    public static final int FIELDS_MAX = 16;

    public Match {
        headers = List.copyOf(headers);
        queryParams = List.copyOf(queryParams);
        if (headers.size() > FIELDS_MAX || queryParams.size() > FIELDS_MAX) {
            throw new IllegalArgumentException("headers and queryParams: " + headers.size() + " and "
                    + queryParams.size() + " (expected: at most " + FIELDS_MAX + " of each)");
        }
    }

    /** Any request whose path answers to {@code path}. */
    public static Match path(Path path) {
        return new Match(path, null, List.of(), List.of());
    }

    /** The same, for one method only. */
    public Match withMethod(String only) {
        return new Match(path, only, headers, queryParams);
    }

    /** What a request's path is compared with. Values are as people read them: {@code /café}, not {@code /caf%C3%A9}. */
    public sealed interface Path {

        /** The text as the rule file has it. */
        String value();

        /** This path and no other; {@code /orders} is not {@code /orders/}. */
        record Exact(String value) implements Path {}

        /**
         * This path and everything below it, by whole elements: {@code /orders} covers {@code /orders/7}, not
         * {@code /orders-old}. A trailing slash is ignored. Elements may be {@code {name}}, which any one element fits.
         */
        record PathPrefix(String value) implements Path {}

        /** A whole path some of whose elements are {@code {name}}, which any one element that is not empty fits. */
        record PathTemplate(String value) implements Path {}

        /** A regular expression of RE2 that the whole path must fit. */
        record RegularExpression(String value) implements Path {
            public RegularExpression {
                requireRegex(value);
            }
        }
    }

    /** A header, or a query parameter, by name; a header's name in any case. */
    public sealed interface Field {

        /** The name of the header or parameter. */
        String name();

        /** The text or the expression its value is compared with. */
        String value();

        /** Its value is this. */
        record Exact(String name, String value) implements Field {}

        /** All of its value fits this regular expression of RE2. */
        record RegularExpression(String name, String value) implements Field {
            public RegularExpression {
                requireRegex(value);
            }
        }
    }

    private static void requireRegex(String value) {
        try {
            Pattern.compile(value);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("regular expression: " + e.getMessage(), e);
        }
    }
}
