package dev.banyan.gateway.compare;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** URLs without what is anew in every reply or build: our origins, session ids, fingerprints of assets. */
final class Urls {

    private static final Pattern SESSION_IN_PATH = Pattern.compile("(?i);(?:jsessionid|phpsessid|sid)=[^/?#;]*+");
    private static final Set<String> SESSION_PARAMETERS =
            Set.of("jsessionid", "phpsessid", "sid", "sessionid", "_csrf", "csrf_token", "authenticity_token");
    private static final Pattern CODE = Pattern.compile("(?i)[^?#]*\\.(?:js|mjs|css|map|woff2?|ttf|otf|eot)");

    /** What is part of an application's own files, or of what it is about: the pictures of its products, say. */
    private static final Pattern ASSET =
            Pattern.compile("(?i)[^?#]*\\.(?:png|jpe?g|gif|svg|webp|avif|ico|json|webmanifest)");

    /* Hexadecimal of 8 and more, or 8 and more with a digit or both cases: homepage.js has no fingerprint. */
    private static final Pattern FINGERPRINT = Pattern.compile("[.-](?:[0-9a-f]{8,64}"
            + "|(?=[A-Za-z_-]{0,63}[0-9])[A-Za-z0-9_]{8,64}"
            + "|(?=[A-Z0-9_]{0,63}[a-z])(?=[a-z0-9_]{0,63}[A-Z])[A-Za-z0-9_]{8,64})(?=\\.[A-Za-z0-9.]{2,16}$)");

    /* Hexadecimal with a letter and a digit: photo-10000001.jpg and hero-summer2024.jpg say which they are. */
    private static final Pattern HEXADECIMAL =
            Pattern.compile("[.-](?=[0-9]{0,63}[a-f])(?=[a-f]{0,63}[0-9])[0-9a-f]{8,64}(?=\\.[A-Za-z0-9.]{2,16}$)");
    private static final Set<String> VERSION_PARAMETERS = Set.of("v", "ver", "version", "rev", "hash", "_", "t", "ts");

    private Urls() {}

    /** Returns {@code url} with everything left out that does not say where it leads. */
    static String normal(String url, Origins origins) {
        String trimmed = url.strip();
        String rest = origins.relative(trimmed);
        if (rest.indexOf(';') >= 0) {
            rest = SESSION_IN_PATH.matcher(rest).replaceAll("");
        }
        int fragment = rest.indexOf('#');
        String beforeFragment = fragment < 0 ? rest : rest.substring(0, fragment);
        String after = fragment < 0 ? "" : rest.substring(fragment);
        int query = beforeFragment.indexOf('?');
        String path = query < 0 ? beforeFragment : beforeFragment.substring(0, query);
        boolean code = CODE.matcher(path).matches();
        boolean asset = code || ASSET.matcher(path).matches();
        String plainPath = asset ? without(code ? FINGERPRINT : HEXADECIMAL, path) : path;
        return plainPath + (query < 0 ? "" : query(beforeFragment.substring(query + 1), code, asset)) + after;
    }

    private static String without(Pattern fingerprint, String path) {
        int name = path.lastIndexOf('/') + 1;
        return path.substring(0, name)
                + fingerprint.matcher(path.substring(name)).replaceAll("");
    }

    private static String query(String query, boolean code, boolean asset) {
        String kept = Arrays.stream(query.split("&", -1))
                .filter(each -> !isPassedOver(each, code, asset))
                .collect(Collectors.joining("&"));
        return kept.isEmpty() ? "" : "?" + kept;
    }

    private static boolean isPassedOver(String parameter, boolean code, boolean asset) {
        int end = parameter.indexOf('=');
        String name = (end < 0 ? parameter : parameter.substring(0, end)).toLowerCase(Locale.ROOT);
        return SESSION_PARAMETERS.contains(name) || (end < 0 ? code : asset && VERSION_PARAMETERS.contains(name));
    }
}
