package dev.banyan.bridge.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Random mappings of one table {@code thing} with a child {@code part}, whose columns take the few values that {@link ThingHistory} gives them.
 * Each option of a field takes all of a column's values, and shows a difference to every other that it differs from.
 */
final class RandomMapping {

    private static final Map<String, List<String>> OPTIONS = new TreeMap<>(Map.of(
            "a",
                    List.of(
                            "a",
                            "{column: a, as: char}",
                            "{column: a, as: code, words: {A: x, B: y, C: z}}",
                            "{column: a, as: code, words: {A: x, B: x, C: y}}",
                            "{column: a, as: code, words: {A: x, B: y, C: z}, ifNull: none}",
                            "{column: a, as: code, words: {A: x, B: y}, unknown: asNull}",
                            "{column: a, as: code, words: {A: x, B: y}, unknown: keep}",
                            "{column: a, as: code, words: {A: x, B: y}, unknown: {use: other}, ifNull: other}",
                            "{column: a, as: mask}",
                            "{column: a, as: mask, ifNull: none}",
                            "{column: a, as: hash}",
                            "{column: a, as: flag, yes: [A], no: [B, C]}",
                            "{column: a, as: flag, yes: [A], no: [B], unknown: asNull}",
                            "{column: a, as: flag, yes: [A], no: [B, C], ifNull: false}",
                            "{always: x}",
                            "{always: 1}",
                            "{always: true}"),
            "n",
                    List.of(
                            "{column: n, as: integer}",
                            "{column: n, as: integer, ifNull: 0}",
                            "{column: n, as: cents}",
                            "{column: n, as: cents, digits: 0}",
                            "{column: n, as: cents, currency: {always: EUR}}",
                            "{column: n, as: cents, currency: {column: cur}}",
                            "{column: n, as: cents, digits: 0, currency: {column: cur}}",
                            "{column: n, as: yyyymmdd, unknown: asNull}",
                            "{column: n, as: mask}",
                            "{always: 7}"),
            "d",
                    List.of(
                            "{column: d, as: decimal}",
                            "{column: d, as: decimal, scale: 2}",
                            "{column: d, as: decimal, scale: 1, unknown: asNull}",
                            "{column: d, as: decimal, scale: 2, ifNull: '0.00'}",
                            "{column: d, as: decimal, scale: 2, ifNull: none}",
                            "{column: d, as: decimal, scale: 2, currency: {column: cur}}",
                            "{column: d, as: hash}"),
            "t", List.of("{column: t, as: localTimestamp}", "{column: t, as: mask}", "{column: t, as: hash}")));

    private static final List<String> KEYS = List.of("{column: id, as: integer}", "id", "{column: id, as: char}");
    private static final List<String> NUMBERS = List.of("{column: no, as: integer}", "no");
    private static final List<String> BACKFILLED = List.of("Imported", "Added");
    private static final List<String> SPECIAL = List.of("Special", "Removed");
    private static final List<String> BULK = List.of("", ", bulk: {event: Many, atLeast: 5}");
    private static final List<String> ROWS = List.of(
            "[{event: PartTold, when: created}, {event: PartTold, when: removed}, {event: PartTold, when: otherwise}]",
            "[{event: PartGone, when: removed}, {event: PartTold, when: created}, {event: PartTold, when: otherwise}]",
            "[{event: PartGone, when: removed}]");
    private static final Map<String, Integer> BOUNDS = bounds();

    private final Map<String, Integer> choices;

    private RandomMapping(Map<String, Integer> choices) {
        this.choices = choices;
    }

    /** How many options each choice has; 0 leaves the thing out where it can be left out. */
    private static Map<String, Integer> bounds() {
        var bounds = new TreeMap<String, Integer>();
        bounds.put("key", KEYS.size());
        bounds.put("parts", 2);
        bounds.put("parts.no", NUMBERS.size());
        OPTIONS.forEach((column, options) -> {
            bounds.put("thing." + column, options.size() + 1);
            bounds.put("part." + column, options.size() + 1);
        });
        bounds.put("backfill", BACKFILLED.size());
        bounds.put("renumbered", 2);
        bounds.put("special", SPECIAL.size() + 1);
        bounds.put("bulk", BULK.size());
        bounds.put("rows", ROWS.size() + 1);
        return bounds;
    }

    static RandomMapping of(Random random) {
        var choices = new TreeMap<String, Integer>();
        BOUNDS.forEach((name, bound) -> choices.put(name, random.nextInt(bound)));
        return new RandomMapping(choices);
    }

    /** The same mapping but for one or two choices. */
    RandomMapping changed(Random random) {
        var others = new TreeMap<>(choices);
        var names = List.copyOf(BOUNDS.keySet());
        for (int i = 0; i <= random.nextInt(2); i++) {
            var name = names.get(random.nextInt(names.size()));
            others.computeIfPresent(name, (_, _) -> random.nextInt(BOUNDS.getOrDefault(name, 1)));
        }
        return new RandomMapping(others);
    }

    private int choice(String name) {
        return choices.getOrDefault(name, 0);
    }

    /** The mapping as text. */
    String text() {
        var text = new StringBuilder("""
                version: 1
                timeZone: Europe/Berlin
                aggregates:
                  thing:
                    topic: things
                    subject: thing/{id}
                    type: things.{event}.v1
                    table: thing
                    key: [id]
                    fields:
                      m: {column: m, as: integer}
                """);
        text.append("      id: ").append(KEYS.get(choice("key"))).append('\n');
        fields("thing.").forEach(field -> text.append("      ").append(field).append('\n'));
        if (choice("parts") > 0) {
            text.append(
                    "    children:\n      parts:\n        table: part\n        key: [id, no]\n        parent: [id]\n");
            text.append("        fields:\n          no: ")
                    .append(NUMBERS.get(choice("parts.no")))
                    .append('\n');
            fields("part.")
                    .forEach(field -> text.append("          ").append(field).append('\n'));
            if (choice("rows") > 0) {
                text.append("        events: ")
                        .append(ROWS.get(choice("rows") - 1))
                        .append('\n');
            }
        }
        text.append("    events:\n");
        rules().forEach(rule -> text.append("      - ").append(rule).append('\n'));
        return text.toString();
    }

    private List<String> fields(String table) {
        var fields = new ArrayList<String>();
        OPTIONS.forEach((column, options) -> {
            var choice = choice(table + column);
            if (choice > 0) {
                fields.add(column + ": " + options.get(choice - 1));
            }
        });
        return fields;
    }

    private List<String> rules() {
        var rules = new ArrayList<String>();
        rules.add("{event: " + BACKFILLED.get(choice("backfill")) + ", when: backfill}");
        rules.add("{event: Added, when: created}");
        rules.add("{event: Removed, when: removed}");
        if (choice("renumbered") > 0) {
            rules.add("{event: Renumbered, when: renumbered}");
        }
        if (choice("special") > 0) {
            rules.add("{event: " + SPECIAL.get(choice("special") - 1) + ", when: {field: m, to: 3}}");
        }
        rules.add("{event: Changed, when: otherwise" + BULK.get(choice("bulk")) + "}");
        return rules;
    }
}
