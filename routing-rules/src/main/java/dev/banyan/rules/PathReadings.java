package dev.banyan.rules;

import java.text.Normalizer;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
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

    private static final List<UnaryOperator<String>> STEPS = List.of(
            PathCodec::decodeAll,
            PathCodec::decodeAllAsLatin1,
            PathCodec::decodeAllOverlong,
            PathCodec::decodeUnreserved,
            PathCodec::decodeAllButSlashes,
            PathReadings::mergeSlashes,
            PathReadings::resolveDots,
            PathReadings::stripParameters,
            path -> until(path, ';'),
            path -> until(path, '?'),
            path -> until(path, '#'),
            path -> until(path, '\0'),
            path -> path.replace('\\', '/'),
            PathReadings::dropControls,
            PathReadings::trimElements,
            path -> Normalizer.normalize(path, Normalizer.Form.NFKC));

    private PathReadings() {}

    /** The readings of a backend of this model, the path as it came first; null when they are too many. */
    static @Nullable Set<String> of(String rawPath, PathModel model) {
        String first = PathCodec.decodeNecessary(bytesEncoded(rawPath));
        first = model.stripsParameters() ? stripParameters(first) : first;
        first = model.mergesSlashes() ? mergeSlashes(first) : first;
        first = model.resolvesDots() ? resolveDots(first) : first;
        Set<String> readings = new LinkedHashSet<>();
        var open = new ArrayDeque<String>();
        readings.add(first);
        open.add(first);
        int chars = first.length();
        while (!open.isEmpty()) {
            String path = open.remove();
            for (UnaryOperator<String> step : STEPS) {
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
            } else if (i == elements.size() - 1) {
                kept.addLast("");
            }
        }
        return "/" + String.join("/", kept);
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
