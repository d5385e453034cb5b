package dev.banyan.gateway.compare;

import dev.banyan.rules.JsonPath;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is never shown and never kept: the values of fields, headers, cookies and parameters with certain names, places in
 * JSON, and what looks like a token wherever it stands. Names are compared without case, {@code -} and {@code _}, also their last
 * part alone.
 */
final class Redaction {

    /** What stands in place of a value. */
    static final String HIDDEN = "(redacted)";

    /** The longest value that is shown, in characters. */
    static final int VALUE_CHARS_MAX = 200;

    private static final Set<String> ALWAYS = Set.of(
            "accesstoken",
            "apikey",
            "authorization",
            "authenticitytoken",
            "authtoken",
            "cardnumber",
            "clientsecret",
            "cookie",
            "csrf",
            "csrftoken",
            "csrfmiddlewaretoken",
            "cvc",
            "cvv",
            "iban",
            "idtoken",
            "jsessionid",
            "passwd",
            "password",
            "phpsessid",
            "proxyauthorization",
            "pwd",
            "refreshtoken",
            "requestverificationtoken",
            "secret",
            "sessionid",
            "setcookie",
            "token",
            "xapikey",
            "xauthtoken",
            "xcsrftoken");

    /* Every quantifier is possessive or bounded, so that no text takes more than linear time. */
    private static final Pattern TOKEN = Pattern.compile(
            "(?i)\\b(?:bearer|basic)\\s{1,4}+(?!realm|scope|error|charset)[a-z0-9._~+/=-]{4,}+|\\beyJ[a-z0-9_-]{10,}+(?:\\.[a-z0-9_-]*+){0,4}+");

    /* A name as forms and queries have it, %5B and %5D for brackets too, with what stands between it and its value. */
    private static final Pattern NAMED = Pattern.compile(
            "([A-Za-z_](?:[A-Za-z0-9_.\\[\\]-]|%[0-9A-Fa-f]{2}){0,120}+)\\\\?+[\"']?+\\s{0,4}+[:=]\\s{0,4}+");

    private final Set<String> names = new HashSet<>(ALWAYS);
    private final List<JsonPath> places;

    /** @param configured names, and paths in JSON where they begin with {@code $} */
    Redaction(List<String> configured) {
        places = configured.stream()
                .filter(each -> each.startsWith("$"))
                .map(JsonPath::parse)
                .toList();
        configured.stream()
                .filter(each -> !each.startsWith("$"))
                .map(Redaction::plain)
                .forEach(names::add);
    }

    List<JsonPath> places() {
        return places;
    }

    /**
     * Whether what it hides may stand in a body where its paths do not lead: one that looks like JSON, and is none or says that it is something
     * else.
     */
    boolean cannotFindItsPlacesIn(Body.Decoded body) {
        if (places.isEmpty()) {
            return false;
        }
        return switch (body.media()) {
            case EMPTY, BINARY -> false;
            case JSON -> JsonDocuments.parse(body.bytes()).node() == null;
            case HTML, XML -> {
                String start = body.text().stripLeading();
                yield start.startsWith("{") || start.startsWith("[") || start.startsWith("\ufeff");
            }
            case FORM, TEXT -> {
                String text = body.text();
                yield text.indexOf('{') >= 0 || text.indexOf('[') >= 0 || text.contains("%7B") || text.contains("%7b");
            }
        };
    }

    /** Whether what has this name is never shown. */
    boolean hides(String name) {
        String whole = plain(name);
        return names.contains(whole) || names.contains(last(whole));
    }

    /**
     * The last part of a name that a form gave its field by where it belongs: {@code user[password]}, {@code order.cardNumber}, {@code
     * user[password][]}, {@code password[1]}.
     */
    private static String last(String name) {
        int end = name.length();
        while (end > 0 && name.charAt(end - 1) == ']') {
            int open = name.lastIndexOf('[', end - 1);
            boolean counted =
                    open > 0 && name.substring(open + 1, end - 1).chars().allMatch(c -> c >= '0' && c <= '9');
            if (!counted) {
                end--;
                break;
            }
            end = open;
        }
        int from = end - 1;
        while (from >= 0 && ".[:".indexOf(name.charAt(from)) < 0) {
            from--;
        }
        return name.substring(from + 1, end);
    }

    /** Returns the value of what has this name as it may be shown. */
    String value(String name, String value) {
        return hides(name) ? HIDDEN : text(value);
    }

    /** Returns text of no known form as it may be shown: cut, and without what looks like a secret. */
    String text(String text) {
        return cut(withoutSecrets(text, 4 * VALUE_CHARS_MAX), VALUE_CHARS_MAX, text.length());
    }

    /** Returns at most {@code charsMax} characters of {@code text}, without what looks like a secret. */
    String withoutSecrets(String text, int charsMax) {
        String start = text.length() <= charsMax ? text : text.substring(0, charsMax);
        String plain = TOKEN.matcher(start).replaceAll(HIDDEN);
        Matcher named = NAMED.matcher(plain);
        var shown = new StringBuilder(plain.length());
        int from = 0;
        while (named.find(from)) {
            shown.append(plain, from, named.end());
            from = named.end();
            if (hides(parameter(named.group(1)))) {
                from = endOfValue(plain, from);
                shown.append(from == named.end() ? "" : quoted(HIDDEN, plain.charAt(named.end())));
            }
        }
        return shown.append(plain, from, plain.length()).toString();
    }

    /** A name as it is meant in a query: {@code user[password]} of {@code user%5Bpassword%5D}, and of {@code a%20user[password]}. */
    private static String parameter(String name) {
        if (name.indexOf('%') < 0) {
            return name;
        }
        String meant = URLDecoder.decode(name, StandardCharsets.UTF_8); // the pattern has no bare %
        int end = meant.length();
        int from = end;
        while (from > 0
                && (Character.isLetterOrDigit(meant.charAt(from - 1))
                        || ".[]_-".indexOf(meant.charAt(from - 1)) >= 0)) {
            from--;
        }
        return meant.substring(from, end);
    }

    /* What is quoted ends with its quote; all else with a blank, the next parameter or the end of an element. */
    private static int endOfValue(String text, int from) {
        int at = from;
        if (text.startsWith("\\\"", from)) { // a text within a text
            int end = text.indexOf("\\\"", from + 2);
            return end < 0 ? text.length() : end + 2;
        }
        char quote = at < text.length() && isQuote(text.charAt(at)) ? text.charAt(at++) : 0;
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            if (quote == 0 ? Character.isWhitespace(c) || "&<>\"".indexOf(c) >= 0 : c == quote) {
                return quote == 0 ? at : at + 1;
            }
            at += quote != 0 && c == '\\' ? 1 : 0;
        }
        return text.length();
    }

    private static boolean isQuote(char c) {
        return c == '"' || c == '\'';
    }

    private static String quoted(String text, char first) {
        return isQuote(first) ? first + text + first : text;
    }

    /** Returns at most {@code charsMax} characters, and says how many there were. */
    static String cut(String text, int charsMax, int charsWhole) {
        return text.length() <= charsMax ? text : text.substring(0, charsMax) + "... (" + charsWhole + " characters)";
    }

    private static String plain(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.indexOf('-') < 0 && lower.indexOf('_') < 0
                ? lower
                : lower.replace("-", "").replace("_", "");
    }
}
