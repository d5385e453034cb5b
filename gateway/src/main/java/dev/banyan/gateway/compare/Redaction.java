package dev.banyan.gateway.compare;

import dev.banyan.rules.JsonPath;
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
    private static final Pattern NAMED =
            Pattern.compile("([A-Za-z_][A-Za-z0-9_-]{0,60}+)(\"?+'?+\\s{0,4}+[:=]\\s{0,4}+[\"']?+)([^\\s\"'&;,<>]++)");

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

    /** Whether what has this name is never shown. */
    boolean hides(String name) {
        String whole = plain(name);
        return names.contains(whole) || names.contains(last(whole));
    }

    /** The last part of a name that a form gave its field by where it belongs: {@code user[password]}, {@code order.cardNumber}. */
    private static String last(String name) {
        int end = name.endsWith("]") ? name.length() - 1 : name.length();
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
        return named.replaceAll(match -> Matcher.quoteReplacement(
                hides(match.group(1)) ? match.group(1) + match.group(2) + HIDDEN : match.group()));
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
