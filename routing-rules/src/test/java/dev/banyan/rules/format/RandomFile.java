package dev.banyan.rules.format;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** A sound rule file in a random order and layout, with comments {@code #c1;}, {@code #c2;} at random places. */
final class RandomFile {

    private final Random random;
    private int comments;

    RandomFile(Random random) {
        this.random = random;
    }

    String text() {
        Map<String, Object> file = new LinkedHashMap<>();
        file.put(
                "backends",
                List.of(
                        Map.of("name", "legacy", "url", "http://localhost:8081", "baseline", true),
                        Map.of(
                                "name",
                                "catalog",
                                "url",
                                "http://localhost:8082",
                                "maxConnections",
                                1 + random.nextInt(99),
                                "timeouts",
                                Map.of("connect", "500ms", "request", "5s"))));
        file.put(
                "cohorts",
                List.of(Map.of(
                        "name",
                        "shopper",
                        "key",
                        List.of(Map.of("header", "X-Id"), Map.of("generateCookie", "id")),
                        "salt",
                        salt())));
        List<Object> routes = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(4); i++) {
            routes.add(route(i));
        }
        file.put("routes", routes);
        var out = new StringBuilder();
        if (random.nextBoolean()) {
            out.append("# yaml-language-server: $schema=./routing-rules.schema.json\n");
        }
        above(out, 0);
        if (random.nextInt(6) == 0) {
            out.append("---").append(beside()).append('\n');
        }
        mapping(out, file, 0, 0);
        above(out, random.nextInt(6));
        String text = out.toString();
        return random.nextInt(8) == 0 ? text.replace("\n", "\r\n") : text;
    }

    private String salt() {
        List<String> salts =
                List.of("shop-2026", "a # b", "it's", "say \"so\"", "x\ny\n", "  led\n  in\n", "1", "a\n\nb", "é😀\n");
        return salts.get(random.nextInt(salts.size()));
    }

    private Map<String, Object> route(int number) {
        Map<String, Object> route = new LinkedHashMap<>();
        route.put("name", "r" + number);
        List<Object> matches = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(3); i++) {
            Map<String, Object> match = new LinkedHashMap<>();
            match.put(
                    "path",
                    Map.of("type", "PathPrefix", "value", "/p" + number + "/" + "long".repeat(random.nextInt(20)) + i));
            if (random.nextBoolean()) {
                match.put(
                        "headers",
                        List.of(Map.of("name", "X-A", "value", salt()), Map.of("name", "X-B", "value", "#1")));
            }
            matches.add(match);
        }
        route.put("matches", matches);
        if (random.nextBoolean()) {
            route.put("hostnames", List.of("a.example.com", "*.b.example.com"));
        }
        route.put("candidate", "catalog");
        route.put("cohort", "shopper");
        route.put("stage", "live");
        route.put("weight", random.nextInt(100) + "%");
        if (random.nextBoolean()) {
            Map<String, Object> compare = new LinkedHashMap<>();
            compare.put("headers", List.of("content-type"));
            if (random.nextBoolean()) {
                compare.put("json", Map.of("ignore", List.of(Map.of("path", "$.old", "reason", "#1"))));
            }
            route.put("compare", compare);
        }
        return route;
    }

    private void value(StringBuilder out, Object value, int indent, int width, boolean flow) {
        if (value instanceof Map || value instanceof List) {
            if (flow || random.nextInt(3) == 0) {
                out.append(' ');
                flow(out, value, indent + width, random.nextBoolean());
                out.append(beside()).append('\n');
            } else {
                out.append(beside()).append('\n');
                int dashes = value instanceof List && random.nextInt(3) == 0 ? indent : indent + width;
                block(out, value, dashes, width);
            }
        } else {
            scalar(out, value, indent + width);
        }
    }

    private void block(StringBuilder out, Object value, int indent, int width) {
        if (value instanceof Map<?, ?> fields) {
            mapping(out, fields, indent, width);
            return;
        }
        for (Object each : (List<?>) value) {
            above(out, indent);
            out.append(" ".repeat(indent)).append('-');
            if (each instanceof Map<?, ?> fields && random.nextInt(3) > 0) {
                if (random.nextInt(5) == 0) {
                    out.append(beside()).append('\n');
                    mapping(out, fields, indent + 2, 0);
                } else {
                    var entries = new StringBuilder();
                    int before = comments;
                    mapping(entries, fields, indent + 2, 0);
                    String text = entries.toString();
                    boolean commentFirst = !text.startsWith(" ".repeat(indent + 2))
                            || text.strip().startsWith("#");
                    out.append(commentFirst ? "\n" + text : " " + text.substring(indent + 2));
                    comments = Math.max(before, comments);
                }
            } else {
                value(out, each, indent, 2, true);
            }
        }
    }

    private void mapping(StringBuilder out, Map<?, ?> fields, int indent, int least) {
        int width = Math.max(2 + random.nextInt(3), least);
        List<Object> keys = new ArrayList<>(fields.keySet());
        Collections.sort(keys, (a, b) -> a.toString().compareTo(b.toString()));
        Collections.shuffle(keys, random);
        for (Object key : keys) {
            above(out, indent);
            out.append(" ".repeat(indent)).append(key).append(':');
            value(out, Objects.requireNonNull(fields.get(key)), indent, width, false);
        }
    }

    private void scalar(StringBuilder out, Object value, int indent) {
        if (value instanceof String text && text.contains("\n")) {
            boolean clip = text.endsWith("\n");
            out.append(" |")
                    .append(text.startsWith(" ") ? String.valueOf(indent - base(out)) : "")
                    .append(clip ? "" : "-");
            out.append(beside()).append('\n');
            text.lines().forEach(line -> out.append(line.isEmpty() ? "" : " ".repeat(indent) + line)
                    .append('\n'));
        } else {
            out.append(' ').append(quoted(value)).append(beside()).append('\n');
        }
    }

    /** The indentation of the mapping whose key the line ends with. */
    private static int base(StringBuilder out) {
        String line = out.substring(out.lastIndexOf("\n") + 1);
        int base = 0;
        while (line.charAt(base) == ' ' || line.charAt(base) == '-') {
            base++;
        }
        return base;
    }

    private void flow(StringBuilder out, Object value, int indent, boolean broken) {
        if (value instanceof Map<?, ?> fields) {
            List<Object> keys = new ArrayList<>(fields.keySet());
            Collections.sort(keys, (a, b) -> a.toString().compareTo(b.toString()));
            Collections.shuffle(keys, random);
            out.append('{');
            for (int i = 0; i < keys.size(); i++) {
                lineBreak(out, indent, broken);
                out.append(keys.get(i)).append(": ");
                flow(out, Objects.requireNonNull(fields.get(keys.get(i))), indent, broken && random.nextBoolean());
                out.append(i < keys.size() - 1 || random.nextInt(4) == 0 ? ", " : "");
            }
            lineBreak(out, indent, broken);
            out.append('}');
        } else if (value instanceof List<?> list) {
            out.append('[');
            for (int i = 0; i < list.size(); i++) {
                lineBreak(out, indent, broken);
                flow(out, list.get(i), indent, broken && random.nextBoolean());
                out.append(i < list.size() - 1 ? ", " : "");
            }
            lineBreak(out, indent, broken);
            out.append(']');
        } else {
            out.append(quoted(value));
        }
    }

    private void lineBreak(StringBuilder out, int indent, boolean broken) {
        if (broken && random.nextInt(3) > 0) {
            out.append(random.nextInt(4) == 0 ? beside() : "").append('\n');
            if (random.nextInt(6) == 0) {
                out.append(" ".repeat(indent + random.nextInt(3)))
                        .append(comment())
                        .append('\n');
            }
            out.append(" ".repeat(indent));
        }
    }

    private String quoted(Object value) {
        if (!(value instanceof String text)) {
            return value.toString();
        }
        boolean plain = text.matches("[a-zA-Z/][A-Za-z0-9/.-]*|[0-9]+%|[0-9]+m?s");
        if (plain && random.nextInt(3) > 0) {
            return text;
        }
        boolean isDouble = text.contains("\n") || random.nextBoolean();
        return isDouble
                ? '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"'
                : "'" + text.replace("'", "''") + "'";
    }

    private String beside() {
        return random.nextInt(8) == 0 ? " ".repeat(1 + random.nextInt(3)) + comment() : "";
    }

    private void above(StringBuilder out, int indent) {
        while (random.nextInt(6) == 0) {
            out.append(random.nextInt(3) == 0 ? "\n".repeat(1 + random.nextInt(2)) : "");
            // Never deeper than the block scalar that may stand above, whose text it would be.
            out.append(" ".repeat(random.nextInt(3) == 0 ? 0 : indent))
                    .append(comment())
                    .append('\n');
        }
        out.append(random.nextInt(6) == 0 ? "\n" : "");
    }

    private String comment() {
        comments++;
        return "#c" + comments + ";" + (random.nextInt(5) == 0 ? " \"it's {[: - # |" : "");
    }
}
