package dev.banyan.rules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The filters that a route may ask for: those of Spring Cloud Gateway 5.0 that neither rewrite the target, run expressions or
 * backtracking regular expressions, collect bodies nor need servers of their own. The list stands in {@code filters.json}; a test of the
 * gateway compares it with Spring's own classes.
 */
public final class FilterCatalog {

    private static final Map<String, Entry> BY_NAME = read();

    private FilterCatalog() {}

    /**
     * A filter.
     *
     * @param name as rules write it
     * @param description one sentence
     * @param arguments in the order of the shortcut form
     */
    public record Entry(String name, String description, List<Argument> arguments) {
        public Entry {
            arguments = List.copyOf(arguments);
        }

        private String shape() {
            if (arguments.isEmpty()) {
                return name + ", without arguments";
            }
            var shape = new StringBuilder(name).append('=');
            for (int i = 0; i < arguments.size(); i++) {
                String text = (i == 0 ? "" : ", ") + arguments.get(i).name();
                shape.append(arguments.get(i).optional() ? "[" + text + "]" : text);
            }
            return shape.toString();
        }
    }

    /** One argument of a filter; those that are optional come last. */
    public record Argument(String name, FilterArgumentKind kind, boolean optional) {}

    /** All of them, by name. */
    public static Map<String, Entry> entries() {
        return BY_NAME;
    }

    /** What is wrong with a filter of a route, and what would do. */
    public record Mistake(String found, String expected) {}

    /** The first mistake in a filter; null when the gateway can make it. */
    public static @Nullable Mistake mistake(FilterCall call) {
        Entry entry = BY_NAME.get(call.name());
        if (entry == null) {
            return new Mistake("\"" + call.name() + "\"", Suggestion.among(call.name(), BY_NAME.keySet()));
        }
        List<Argument> known = entry.arguments();
        long required = known.stream().filter(each -> !each.optional()).count();
        int given = call.arguments().size();
        if (given < required || given > known.size()) {
            return new Mistake("\"" + call.text() + "\", " + given + " arguments", entry.shape());
        }
        for (int i = 0; i < given; i++) {
            String value = call.arguments().get(i);
            String expected = known.get(i).kind().wrong(value);
            if (expected != null) {
                return new Mistake(known.get(i).name() + " \"" + value + "\" in \"" + call.text() + "\"", expected);
            }
        }
        return null;
    }

    private static Map<String, Entry> read() {
        try (var in = FilterCatalog.class.getResourceAsStream("filters.json")) {
            if (in == null) {
                throw new IllegalStateException("filters.json: not in the jar");
            }
            Map<String, Entry> entries = new LinkedHashMap<>();
            for (JsonNode each : JsonMapper.shared().readTree(in)) {
                List<Argument> arguments = new ArrayList<>();
                for (JsonNode argument : each.path("arguments")) {
                    arguments.add(new Argument(
                            argument.path("name").asString(""),
                            FilterArgumentKind.of(argument.path("kind").asString("")),
                            argument.path("optional").asBoolean(false)));
                }
                String name = each.path("name").asString("");
                entries.put(name, new Entry(name, each.path("description").asString(""), arguments));
            }
            return java.util.Collections.unmodifiableMap(entries);
        } catch (IOException e) {
            throw new UncheckedIOException("filters.json", e);
        }
    }
}
