package dev.banyan.gateway.http;

import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Headers that only a proxy in front may write: who its client is, what that asked for, and what was found in its certificate. Of
 * anybody else they are claims, which a backend could believe.
 */
public final class ProxyHeaders {

    /** With these the name of any header begins that is one. */
    private static final List<String> PREFIXES = List.of(
            "x-forwarded-",
            "x-ssl-client-",
            // WebLogic's plug-ins: who the client is, and its certificate.
            "wl-proxy-",
            // Whom a proxy has let in: Apache httpd, Authelia and many more, oauth2-proxy, and the clouds' own.
            "remote-",
            "x-remote-",
            "x-auth-request-",
            "x-amzn-oidc-",
            "x-goog-authenticated-user-",
            "x-ms-client-principal");

    private static final List<String> KNOWN = List.of(
            "forwarded",
            "x-forwarded",
            "x-real-ip",
            "x-client-ip",
            "x-cluster-client-ip",
            "x-originating-ip",
            "proxy-client-ip",
            // PHP applications look for the client here first, and for the host in the last.
            "client-ip",
            "cluster-client-ip",
            "forwarded-for",
            "x-http-host-override",
            "x-original-forwarded-for",
            "x-original-host",
            "x-original-uri",
            // Some servers and frameworks take the path from these two, and not from the request line that the rules
            // have seen.
            "x-original-url",
            "x-rewrite-url",
            "x-envoy-attempt-count",
            "x-envoy-external-address",
            "x-envoy-original-path",
            "true-client-ip",
            "cf-connecting-ip",
            "fastly-client-ip",
            "client-cert",
            "client-cert-chain",
            "x-client-cert",
            // CGI makes HTTP_PROXY of it, by which programs find the proxy for requests of their own.
            "proxy");

    /** What says where a message ends and to whom it goes; nobody in front has to be asked for that. */
    private static final Set<String> NEVER =
            Set.of("host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "expect");

    private static final int LETTERS = 26;

    /** Those that are known. */
    public static final ProxyHeaders USUAL = new ProxyHeaders(KNOWN);

    private final AsciiString[][] namesByLetter = new AsciiString[LETTERS][];
    private final AsciiString[][] prefixesByLetter = new AsciiString[LETTERS][];

    private ProxyHeaders(List<String> names) {
        for (int letter = 0; letter < LETTERS; letter++) {
            namesByLetter[letter] = beginningWith((char) ('a' + letter), names);
            prefixesByLetter[letter] = beginningWith((char) ('a' + letter), PREFIXES);
        }
    }

    private static AsciiString[] beginningWith(char letter, List<String> names) {
        return names.stream()
                .filter(name -> name.charAt(0) == letter)
                .map(AsciiString::cached)
                .toArray(AsciiString[]::new);
    }

    /** Returns the usual ones and {@code more}; throws IllegalArgumentException for one that cannot be. */
    public static ProxyHeaders with(List<String> more) {
        var lower = new ArrayList<String>();
        for (String name : more) {
            if (!name.matches("[A-Za-z][A-Za-z0-9-]*")) {
                throw new IllegalArgumentException(
                        "'" + name + "' (expected: the name of a header, of letters, digits and hyphens)");
            }
            lower.add(AsciiString.of(name).toLowerCase().toString());
            if (NEVER.contains(lower.getLast())) {
                throw new IllegalArgumentException(name + " (expected: a header that says something of the client)");
            }
        }
        return new ProxyHeaders(Stream.concat(KNOWN.stream(), lower.stream()).toList());
    }

    /**
     * Whether a header of that name is one of them, in whatever case it is written and whatever stands for its hyphens: CGI and its heirs make
     * one variable of {@code X-Remote-User} and {@code X.Remote.User}.
     */
    boolean contain(CharSequence name) {
        int letter = name.isEmpty() ? -1 : (name.charAt(0) | 0x20) - 'a';
        if (letter < 0 || letter >= LETTERS) {
            return false;
        }
        for (AsciiString each : namesByLetter[letter]) {
            if (each.length() == name.length() && begins(name, each)) {
                return true;
            }
        }
        for (AsciiString prefix : prefixesByLetter[letter]) {
            if (begins(name, prefix)) {
                return true;
            }
        }
        return false;
    }

    /** {@code with} has letters in lower case, digits and hyphens only. */
    static boolean begins(CharSequence name, AsciiString with) {
        if (name.length() < with.length()) {
            return false;
        }
        for (int i = 0; i < with.length(); i++) {
            byte expected = with.byteAt(i);
            char c = name.charAt(i);
            if (expected == '-' ? isLetterOrDigit(c) : (c | 0x20) != expected) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetterOrDigit(char c) {
        return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9');
    }
}
