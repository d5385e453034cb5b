package dev.banyan.rules;

import com.google.re2j.Pattern;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One match as it is tried: its path has been found already, unless it is an expression.
 *
 * @param index its place in the route's {@code matches}
 * @param next of the same path, tried when this one does not fit; null for the last
 */
record MatchEntry(
        RoutePlan plan,
        int index,
        @Nullable Pattern path,
        @Nullable String method,
        List<Condition> headers,
        List<Condition> queryParams,
        List<Condition> cookies,
        @Nullable MatchEntry next) {

    /** A field and what its value must be; {@code regex} null compares the text. */
    record Condition(String name, String value, @Nullable Pattern regex) {

        static Condition of(Match.Field field) {
            return switch (field) {
                case Match.Field.Exact(var name, var value) -> new Condition(name, value, null);
                case Match.Field.RegularExpression(var name, var value) ->
                    new Condition(name, value, Pattern.compile(value));
            };
        }

        boolean holds(@Nullable String actual) {
            return actual != null && (regex == null ? value.equals(actual) : regex.matches(actual));
        }
    }

    static MatchEntry of(RankedMatch ranked, RoutePlan plan, boolean foldCase, @Nullable MatchEntry next) {
        Match match = ranked.match();
        boolean regex = match.path().kind() == Match.Path.Kind.REGULAR_EXPRESSION;
        Pattern path = regex ? pathPattern(match.path(), foldCase) : null;
        return new MatchEntry(
                plan,
                ranked.index(),
                path,
                match.method(),
                match.headers().stream().map(Condition::of).toList(),
                match.queryParams().stream().map(Condition::of).toList(),
                match.cookies().stream().map(Condition::of).toList(),
                next);
    }

    /** The compiled form of a path that is an expression. */
    static Pattern pathPattern(Match.Path path, boolean foldCase) {
        return foldCase
                ? Pattern.compile(Letters.foldedBeyondAscii(path.value()), Pattern.CASE_INSENSITIVE)
                : Pattern.compile(path.value());
    }

    /** The first from {@code best} on that fits; null when none does. */
    static @Nullable MatchEntry first(@Nullable MatchEntry best, String path, RequestFacts facts) {
        MatchEntry each = best;
        while (each != null && !each.fits(path, facts)) {
            each = each.next;
        }
        return each;
    }

    boolean fits(String readPath, RequestFacts facts) {
        if (method != null && !method.equals(facts.method())) {
            return false;
        }
        for (int i = 0; i < headers.size(); i++) {
            if (!headers.get(i).holds(header(facts.headers(), headers.get(i).name()))) {
                return false;
            }
        }
        for (int i = 0; i < queryParams.size(); i++) {
            if (!queryParams
                    .get(i)
                    .holds(queryParam(facts.rawQuery(), queryParams.get(i).name()))) {
                return false;
            }
        }
        for (int i = 0; i < cookies.size(); i++) {
            if (!cookies.get(i)
                    .holds(Cookies.first(facts.headers(), cookies.get(i).name()))) {
                return false;
            }
        }
        return path == null || path.matches(readPath);
    }

    /** All lines of a header as one, joined as RFC 9110 section 5.3 says. */
    static @Nullable String header(HeaderLookup headers, String name) {
        List<String> lines = headers.all(name);
        return switch (lines.size()) {
            case 0 -> null;
            case 1 -> headers.text(lines.getFirst());
            default -> headers.text(String.join(", ", lines));
        };
    }

    /** The first parameter of this name, decoded. */
    static @Nullable String queryParam(@Nullable String query, String name) {
        int from = 0;
        while (query != null && from <= query.length()) {
            int ampersand = query.indexOf('&', from);
            int end = ampersand < 0 ? query.length() : ampersand;
            int equals = query.indexOf('=', from, end);
            int nameEnd = equals < 0 ? end : equals;
            if (nameEnd > from && decoded(query.substring(from, nameEnd)).equals(name)) {
                return decoded(query.substring(Math.min(nameEnd + 1, end), end));
            }
            from = end + 1;
        }
        return null;
    }

    private static String decoded(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%' || c == '+' || c > 0x7f) {
                return ByteText.read(bytes(text));
            }
        }
        return text;
    }

    /** One character for each byte. */
    private static String bytes(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.ISO_8859_1);
        } catch (IllegalArgumentException e) {
            return text; // a lone percent sign: legacy applications take it as it stands, and so do we
        }
    }
}
