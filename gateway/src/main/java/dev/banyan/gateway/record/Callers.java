package dev.banyan.gateway.record;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Who still calls what is gone, by user agent. Clients choose these names, so their number and length are bounded. */
final class Callers {

    private static final int NAMES_MAX = 50;
    private static final int NAME_CHARS_MAX = 120;
    private static final String NAMELESS = "(no user agent)";
    private static final String OTHERS = "(others)";

    private final Map<String, LongAdder> byName = new ConcurrentHashMap<>();

    void add(@Nullable String userAgent) {
        String name = userAgent == null || userAgent.isBlank() ? NAMELESS : printable(userAgent);
        LongAdder known = byName.get(name);
        if (known == null) {
            // Two threads may both find room: a name or two more than the limit does no harm.
            known = byName.computeIfAbsent(byName.size() < NAMES_MAX ? name : OTHERS, _ -> new LongAdder());
        }
        known.increment();
    }

    private static String printable(String name) {
        String start = name.length() <= NAME_CHARS_MAX ? name : name.substring(0, NAME_CHARS_MAX) + "...";
        return start.chars()
                .map(c -> c < ' ' || c > '~' ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    Map<String, Long> counts() {
        var counts = new LinkedHashMap<String, Long>();
        byName.entrySet().stream()
                .map(each -> Map.entry(each.getKey(), each.getValue().sum()))
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .forEach(each -> counts.put(each.getKey(), each.getValue()));
        return counts;
    }
}
