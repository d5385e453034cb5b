package dev.banyan.rules;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One alternative of a {@link Route}: all of its parts must hold.
 *
 * @param method in capitals as requests carry it; null is any
 */
public record Match(
        Path path, @Nullable String method, List<Field> headers, List<Field> queryParams, List<Field> cookies) {

    /** The most headers, the most query parameters, and the most cookies, one match may ask for. */
    public static final int FIELDS_MAX = 16;

    public Match {
        headers = bounded("headers", headers);
        queryParams = bounded("queryParams", queryParams);
        cookies = bounded("cookies", cookies);
    }

    private static List<Field> bounded(String name, List<Field> fields) {
        if (fields.size() > FIELDS_MAX) {
            throw new IllegalArgumentException(name + ": " + fields.size() + " (expected: at most " + FIELDS_MAX + ")");
        }
        return List.copyOf(fields);
    }

    /** Any request whose path answers to {@code path}. */
    public static Match path(Path path) {
        return new Match(path, null, List.of(), List.of(), List.of());
    }

    /** The same, for one method only; null is any. */
    public Match withMethod(@Nullable String only) {
        return new Match(path, only, headers, queryParams, cookies);
    }

    /** The same, for requests with these headers only. */
    public Match withHeaders(List<Field> others) {
        return new Match(path, method, others, queryParams, cookies);
    }

    /** The same, for requests with these query parameters only. */
    public Match withQueryParams(List<Field> others) {
        return new Match(path, method, headers, others, cookies);
    }

    /** The same, for requests with these cookies only. */
    public Match withCookies(List<Field> others) {
        return new Match(path, method, headers, queryParams, others);
    }

    /**
     * What a request's path is compared with.
     *
     * @param value as people read it: {@code /café}, not {@code /caf%C3%A9}
     */
    public record Path(Kind kind, String value) {

        /** Every path. */
        public static final Path ANY = new Path(Kind.PATH_PREFIX, "/");

        public Path {
            String expected = PathValue.wrong(kind, value);
            if (expected != null) {
                throw new IllegalArgumentException("path: " + value + " (expected: " + expected + ")");
            }
        }

        public static Path exact(String value) {
            return new Path(Kind.EXACT, value);
        }

        public static Path prefix(String value) {
            return new Path(Kind.PATH_PREFIX, value);
        }

        public static Path template(String value) {
            return new Path(Kind.PATH_TEMPLATE, value);
        }

        public static Path regularExpression(String value) {
            return new Path(Kind.REGULAR_EXPRESSION, value);
        }

        /** How. */
        public enum Kind {
            /** This path and no other; {@code /orders} is not {@code /orders/}. */
            EXACT,
            /**
             * This path and everything below it, by whole elements: {@code /orders} covers {@code /orders/7}, not
             * {@code /orders-old}. A trailing slash is ignored. An element may be {@code {name}}.
             */
            PATH_PREFIX,
            /** A whole path some of whose elements are {@code {name}}, which any one element fits that is not empty. */
            PATH_TEMPLATE,
            /** A regular expression of RE2 that all of the path fits. */
            REGULAR_EXPRESSION
        }
    }

    /** A header, a query parameter or a cookie by name; a header's name in any case. */
    public sealed interface Field {

        /** The name of the header, parameter or cookie. */
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
        String expected = PathValue.wrongRegex(value);
        if (expected != null) {
            throw new IllegalArgumentException("regular expression: " + value + " (expected: " + expected + ")");
        }
    }
}
