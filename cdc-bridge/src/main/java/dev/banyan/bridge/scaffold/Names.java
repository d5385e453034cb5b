package dev.banyan.bridge.scaffold;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** What the names of columns tell, and names for what comes from them. */
final class Names {

    private static final Set<String> SECRET = Set.of(
            "pw",
            "pwd",
            "pass",
            "password",
            "passwd",
            "passwort",
            "hash",
            "salt",
            "secret",
            "token",
            "pin",
            "otp",
            "iban",
            "bic",
            "ssn",
            "cvv",
            "cvc",
            "apikey",
            "cookie");
    private static final Set<String> PERSONAL = Set.of(
            "email",
            "mail",
            "phone",
            "tel",
            "telephone",
            "mobile",
            "fax",
            "birth",
            "birthday",
            "birthdate",
            "dob",
            "surname",
            "forename",
            "firstname",
            "lastname",
            "fullname",
            "nickname",
            "login",
            "username",
            "gender",
            "sex",
            "salutation",
            "passport",
            "ip");
    private static final List<String> TELLING =
            List.of("passw", "secret", "email", "phone", "birth", "firstname", "lastname", "surname", "iban");
    private static final Set<String> WHOSE = Set.of("first", "last", "full", "given", "family", "sur", "user", "login");
    private static final Set<String> NAME = Set.of("nm", "name");
    private static final Set<String> PERSONAL_BESIDE = Set.of(
            "nm",
            "name",
            "street",
            "str",
            "addr",
            "address",
            "zip",
            "plz",
            "city",
            "town",
            "postcode",
            "post",
            "house",
            "company",
            "title",
            "vat",
            "tax");
    private static final Set<String> FREE_TEXT =
            Set.of("rmk", "remark", "remarks", "note", "notes", "comment", "comments", "memo");
    private static final Set<String> FLAG = Set.of("yn", "flg", "flag", "is", "has", "jn", "active", "deleted");
    private static final Set<String> DELETED = Set.of("del", "deleted", "removed", "gone");
    private static final Set<String> CURRENCY = Set.of("cur", "curr", "currency", "ccy");
    private static final Set<String> MONEY = Set.of(
            "amt", "amount", "price", "prc", "tot", "total", "sum", "cost", "fee", "cents", "cent", "net", "gross");
    private static final Set<String> DAY = Set.of("dt", "date", "day", "ymd");

    private Names() {}

    static boolean isSecret(String column) {
        return has(column, SECRET) || tells(column, List.of("passw", "secret", "iban"));
    }

    /** True when the column says something of a person in whatever table it stands. */
    static boolean isPersonal(String column) {
        return has(column, PERSONAL) || tells(column, TELLING) || (has(column, WHOSE) && has(column, NAME));
    }

    /** True when the column says something of a person in a table of persons, such as a name. */
    static boolean isPersonalBesideOthers(String column) {
        return has(column, PERSONAL_BESIDE);
    }

    static boolean isEmail(String column) {
        return has(column, Set.of("email", "mail")) || tells(column, List.of("email"));
    }

    static boolean isFreeText(String column) {
        return has(column, FREE_TEXT);
    }

    static boolean isFlag(String column) {
        return has(column, FLAG);
    }

    static boolean isDeleted(String column) {
        return has(column, DELETED);
    }

    static boolean isCurrency(String column) {
        return has(column, CURRENCY);
    }

    static boolean isMoney(String column) {
        return has(column, MONEY);
    }

    static boolean isDay(String column) {
        return has(column, DAY);
    }

    static boolean isCents(String column) {
        var lower = column.toLowerCase(Locale.ROOT);
        return lower.endsWith("cents") || lower.endsWith("_cent") || lower.endsWith("_ct");
    }

    /** {@code ord_hdr} as {@code ordHdr}; letters and digits only, a letter first. */
    static String camel(String text) {
        var name = new StringBuilder();
        for (var word : words(text).toList()) {
            name.append(name.isEmpty() ? word : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
        }
        return name.isEmpty() || !Character.isLetter(name.charAt(0)) ? "x" + name : name.toString();
    }

    static String capital(String name) {
        return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    }

    /** {@code text} in small letters, digits and {@code _}, a letter first, at most {@code max} characters. */
    static String plain(String text, int max) {
        var plain = text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]+", "_");
        plain = plain.matches("[a-z].*") ? plain : "db_" + plain;
        return plain.substring(0, Math.min(max, plain.length()));
    }

    private static boolean has(String column, Set<String> words) {
        return words(column).anyMatch(words::contains);
    }

    private static boolean tells(String column, List<String> parts) {
        var letters = column.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
        return parts.stream().anyMatch(letters::contains);
    }

    private static Stream<String> words(String text) {
        return Stream.of(text.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").split("[^A-Za-z0-9]+"))
                .filter(word -> !word.isEmpty())
                .map(word -> word.toLowerCase(Locale.ROOT));
    }
}
