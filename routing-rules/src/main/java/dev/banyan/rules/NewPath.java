package dev.banyan.rules;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The path that stands in place of a request's. */
final class NewPath {

    /*
     * A path that servers read differently must not lead out of the place a rule sends it to: /x/..;/admin below a new
     * prefix /v2 would be /v2/..;/admin, which some servers take for /admin. So the path is made canonical first, and what
     * could still climb after that is refused.
     */

    private static final String HEX = "0123456789ABCDEF";
    private static final String UNRESERVED = "-._~";
    private static final String ELEMENT_CHARS = UNRESERVED + "!$&'()*+,;=:@";

    private NewPath() {}

    /** The new path, percent-encoded; null when {@code rawPath} could be read in a way that climbs out of it. */
    static @Nullable String of(String rawPath, Match.Path matched, PathReplacement replacement) {
        return switch (replacement) {
            case PathReplacement.ReplaceFullPath(var value) -> encode(value);
            case PathReplacement.ReplacePrefixMatch(var value) ->
                replacePrefix(canonical(rawPath), PathPattern.prefixElements(matched.value()), value);
        };
    }

    private static @Nullable String replacePrefix(List<String> path, List<String> prefix, String value) {
        boolean trailingSlash = path.getLast().isEmpty();
        int elements = trailingSlash ? path.size() - 1 : path.size();
        if (elements < prefix.size() || !path.stream().allMatch(NewPath::staysPut)) {
            return null;
        }
        for (int i = 0; i < prefix.size(); i++) {
            if (!PathPattern.isVariable(prefix.get(i)) && !covers(prefix.get(i), path.get(i))) {
                return null;
            }
        }
        List<String> rest = path.subList(prefix.size(), path.size());
        String start = encode(value);
        if (rest.isEmpty()) {
            return start;
        }
        return (start.endsWith("/") ? start.substring(0, start.length() - 1) : start) + "/" + String.join("/", rest);
    }

    /** Whether an element of a path is that of a prefix, whatever its case: that a backend minds case was seen to before. */
    private static boolean covers(String literal, String element) {
        return literal.equalsIgnoreCase(withoutParameters(PathCodec.decodeAll(element)));
    }

    /** Whether no server takes this element, or a part of it, for a step upwards or for several elements. */
    private static boolean staysPut(String element) {
        String decoded = PathCodec.decodeAllOverlong(PathCodec.decodeAllOverlong(element));
        for (String part : decoded.split("[/\\\\]", -1)) {
            String name = withoutParameters(part).stripTrailing();
            if (!name.isEmpty() && name.chars().allMatch(c -> c == '.')) {
                return false;
            }
        }
        return true;
    }

    private static String withoutParameters(String element) {
        int semicolon = element.indexOf(';');
        return semicolon < 0 ? element : element.substring(0, semicolon);
    }

    /** The elements of a path without empty and dot elements, encoded in one way only; the last is empty after a slash. */
    static List<String> canonical(String rawPath) {
        List<String> elements = new ArrayList<>();
        boolean slash = true;
        for (String raw : PathPattern.elements(rawPath)) {
            String element = encodeElement(raw);
            slash = element.isEmpty() || element.equals(".") || element.equals("..");
            if (element.equals("..") && !elements.isEmpty()) {
                elements.removeLast();
            }
            if (!slash) {
                elements.add(element);
            }
        }
        if (slash) {
            elements.add("");
        }
        return elements;
    }

    /** One element as RFC 3986 section 6.2.2 has it: nothing encoded that need not be, all that must be, in capitals. */
    private static String encodeElement(String raw) {
        var encoded = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            int b = raw.charAt(i) == '%' ? PathCodec.byteAt(raw, i) : raw.charAt(i);
            boolean wasEncoded = raw.charAt(i) == '%' && b >= 0;
            i += wasEncoded ? 2 : 0;
            // A percent sign that begins no escape stands for itself.
            append(encoded, b >= 0 ? b : '%', wasEncoded ? UNRESERVED : ELEMENT_CHARS);
        }
        return encoded.toString();
    }

    /** A path as people read it, as a URL has it. */
    private static String encode(String path) {
        var encoded = new StringBuilder(path.length());
        for (byte b : path.getBytes(UTF_8)) {
            append(encoded, b & 0xff, ELEMENT_CHARS + "/");
        }
        return encoded.toString();
    }

    private static void append(StringBuilder encoded, int b, String plain) {
        boolean letterOrDigit = b < 0x80 && Character.isLetterOrDigit(b);
        if (letterOrDigit || plain.indexOf(b) >= 0) {
            encoded.append((char) b);
        } else {
            encoded.append('%').append(HEX.charAt((b >> 4) & 15)).append(HEX.charAt(b & 15));
        }
    }

    /** The whole path, encoded in one way only. */
    static String encodedAsItStands(String rawPath) {
        var path = new StringBuilder();
        for (String element : PathPattern.elements(rawPath)) {
            path.append('/').append(encodeElement(element));
        }
        return path.toString();
    }
}
