package dev.banyan.rules;

import java.text.Normalizer;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that servers could take a path for. Each step is something that some server, framework or proxy does;
 * which ones a given server does, in what order and how often, is mostly unknown, so all orders are followed until
 * nothing new comes out.
 */
final class PathReadings {

    /** More readings than this are not worth telling apart: such a path is refused where a rule could be met. */
    static final int READINGS_MAX = 128;

    /** Bounds the work, whatever the path: characters of all readings together. */
    static final int CHARS_MAX = 64 * 1024;

    private static final List<UnaryOperator<String>> DOT_STEPS = List.of(
            PathReadings::resolveDots,
            PathReadings::resolveDotsWithoutSlash,
            PathReadings::resolveDotsAmongBackslashes);

    private static final List<UnaryOperator<String>> OTHER_STEPS = List.of(
            PathCodec::decodeAll,
            PathCodec::decodeAllAsLatin1,
            PathCodec::decodeAllOverlong,
            PathCodec::decodeUnicodeEscapes,
            PathCodec::decodeUnreserved,
            PathCodec::decodeAllButSlashes,
            PathReadings::decodeDotElements,
            PathReadings::mergeSlashes,
            PathReadings::mergeFirstSlashes,
            PathReadings::dropAuthority,
            PathReadings::stripParameters,
            path -> stripParametersAt(path, path.indexOf(';')),
            path -> stripParametersAt(path, path.lastIndexOf(';')),
            path -> until(path, ';'),
            path -> until(path, '?'),
            path -> until(path, '#'),
            path -> until(path, '\0'),
            path -> path.replace('\\', '/'),
            PathReadings::dropControls,
            PathReadings::trimElements,
            path -> Normalizer.normalize(path, Normalizer.Form.NFKC));

    private static final List<UnaryOperator<String>> STEPS =
            Stream.concat(DOT_STEPS.stream(), OTHER_STEPS.stream()).toList();

    private static final Pattern DOT_ELEMENT = Pattern.compile("(?<=/)(\\.|%2[eE]){1,2}(?=/|$)");

    private PathReadings() {}

    /** The readings of a backend of this model, the path as it came first; null when they are too many. */
    static @Nullable Set<String> of(String rawPath, PathModel model) {
        String first = PathCodec.decodeNecessary(bytesEncoded(rawPath));
        first = model.stripsParameters() ? stripParameters(first) : first;
        first = model.mergesSlashes() ? mergeSlashes(first) : first;
        if (!model.resolvesDots()) {
            return closure(Set.of(first), STEPS);
        }
        // It walks the dots of what it has read by then, so of every reading there could be before.
        Set<String> before = closure(Set.of(first), OTHER_STEPS);
        if (before == null) {
            return null;
        }
        Set<String> resolved = new LinkedHashSet<>();
        before.forEach(each -> DOT_STEPS.forEach(step -> resolved.add(step.apply(each))));
        return closure(resolved, STEPS);
    }

    /** Everything that these steps make of these readings, in any order; null when that is too much. */
    private static @Nullable Set<String> closure(Set<String> starts, List<UnaryOperator<String>> steps) {
        Set<String> readings = new LinkedHashSet<>(starts);
        var open = new ArrayDeque<>(readings);
        int chars = readings.stream().mapToInt(String::length).sum();
        while (!open.isEmpty()) {
            String path = open.remove();
            for (UnaryOperator<String> step : steps) {
                String reading = step.apply(path);
                if (reading.startsWith("/") && readings.add(reading)) {
                    open.add(reading);
                    chars += reading.length();
                }
            }
            if (readings.size() > READINGS_MAX || chars > CHARS_MAX) {
                return null;
            }
        }
        return readings;
    }

    /** Bytes beyond ASCII that came bare, as if they had come encoded. */
    private static String bytesEncoded(String path) {
        var encoded = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c > 0x7f && c <= 0xff) {
                encoded.append('%').append(Integer.toHexString(c).toUpperCase(Locale.ROOT));
            } else {
                encoded.append(c);
            }
        }
        return encoded.toString();
    }

    /** As the URL standard of browsers and Node.js does: {@code %2e} is a dot where it makes a dot element, and nowhere else. */
    private static String decodeDotElements(String path) {
        return DOT_ELEMENT.matcher(path).replaceAll(found -> found.group().replaceAll("%2[eE]", "."));
    }

    /** As programs do that resolve a target against a URL of their own: what follows {@code //} is a host. */
    private static String dropAuthority(String path) {
        int end = path.startsWith("//") ? path.indexOf('/', 2) : -1;
        return end < 0 ? path : path.substring(end);
    }

    /** As Apache httpd does when it is told to leave the others. */
    private static String mergeFirstSlashes(String path) {
        int last = 0;
        while (last + 1 < path.length() && path.charAt(last + 1) == '/') {
            last++;
        }
        return path.substring(last);
    }

    static String mergeSlashes(String path) {
        var merged = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) != '/' || i == 0 || path.charAt(i - 1) != '/') {
                merged.append(path.charAt(i));
            }
        }
        return merged.toString();
    }

    /** RFC 3986 section 5.2.4; what climbs above the root stays there. */
    static String resolveDots(String path) {
        return resolveDots(path, true);
    }

    /** As servlet containers and file systems do: {@code /a/.} is {@code /a}, where the RFC says {@code /a/}. */
    private static String resolveDotsWithoutSlash(String path) {
        return resolveDots(path, false);
    }

    private static String resolveDots(String path, boolean slashAfterDots) {
        var kept = new ArrayDeque<String>();
        List<String> elements = PathPattern.elements(path);
        for (int i = 0; i < elements.size(); i++) {
            String element = elements.get(i);
            boolean dots = element.equals(".") || element.equals("..");
            if (element.equals("..")) {
                kept.pollLast();
            }
            if (!dots) {
                kept.addLast(element);
            } else if (slashAfterDots && i == elements.size() - 1) {
                kept.addLast("");
            }
        }
        return "/" + String.join("/", kept);
    }

    /** As Undertow does: a backslash ends an element like a slash, and both stay what they are. */
    private static String resolveDotsAmongBackslashes(String path) {
        if (path.indexOf('\\') < 0) {
            return path;
        }
        var kept = new ArrayDeque<String>();
        int start = 0;
        for (int i = 1; i <= path.length(); i++) {
            if (i < path.length() && path.charAt(i) != '/' && path.charAt(i) != '\\') {
                continue;
            }
            String element = path.substring(start, i); // with what it begins with
            String name = element.substring(1);
            if (name.equals("..")) {
                kept.pollLast();
            } else if (!name.equals(".")) {
                kept.addLast(element);
            }
            start = i;
        }
        return kept.isEmpty() ? "/" : String.join("", kept);
    }

    static String stripParameters(String path) {
        var stripped = new StringBuilder(path.length());
        boolean in = false;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            in = c == ';' || (in && c != '/');
            if (!in) {
                stripped.append(c);
            }
        }
        return stripped.toString();
    }

    /** As Undertow does, which strips some and keeps others. */
    private static String stripParametersAt(String path, int semicolon) {
        if (semicolon < 0) {
            return path;
        }
        int slash = path.indexOf('/', semicolon);
        return path.substring(0, semicolon) + (slash < 0 ? "" : path.substring(slash));
    }

    private static String until(String path, char end) {
        int at = path.indexOf(end);
        return at < 0 ? path : path.substring(0, at);
    }

    private static String dropControls(String path) {
        var printable = new StringBuilder(path.length());
        path.chars().filter(c -> c >= ' ' && c != 0x7f).forEach(c -> printable.append((char) c));
        return printable.toString();
    }

    /** As Windows does with names: dots and blanks at the end of an element go. */
    private static String trimElements(String path) {
        return String.join(
                "/",
                List.of(path.split("/", -1)).stream()
                        .map(each -> each.equals(".") || each.equals("..") ? each : trimmed(each))
                        .toList());
    }

    private static String trimmed(String element) {
        int end = element.length();
        while (end > 0 && (element.charAt(end - 1) == '.' || element.charAt(end - 1) == ' ')) {
            end--;
        }
        return element.substring(0, end);
    }
}
