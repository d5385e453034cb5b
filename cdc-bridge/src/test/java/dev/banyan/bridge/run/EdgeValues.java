package dev.banyan.bridge.run;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The values of {@code edges/values.txt}: a table each section, and what an event must say of each row, by PostgreSQL itself. */
final class EdgeValues {

    private static final String REFUSED = "refused";

    /** A value as SQL; {@code expected} is what the field must be where it is not what the section says. */
    record Case(long id, String sql, @Nullable String expected) {}

    /** A table whose column {@code v} has {@code type}, and the field that is read from it. */
    record Section(String table, String type, String field, String how, String expression, List<Case> cases) {

        void create(Connection connection) throws SQLException {
            try (var statement = connection.createStatement()) {
                statement.execute("CREATE TABLE " + table + " (id BIGINT PRIMARY KEY, v " + type + ")");
            }
        }

        /** Inserts every value, under its id and so much more. */
        void insert(Connection connection, long more) throws SQLException {
            try (var statement = connection.createStatement()) {
                for (var each : cases) {
                    statement.execute("INSERT INTO " + table + " VALUES (" + (each.id + more) + ", " + each.sql + ")");
                }
            }
        }

        String aggregate(String topic) {
            return """
                      %1$s:
                        topic: %2$s
                        subject: %1$s/{id}
                        type: t.{event}.v1
                        table: %1$s
                        key: [id]
                        onFault: {skip: tried}
                        fields:
                          id: {column: id, as: integer}
                          v: {column: v, %3$s}
                        children:
                          touches: {table: touch, key: [id], parent: [root], fields: {at: {column: id, as: integer}}}
                        events:
                          - {event: Imported, when: backfill}
                          - {event: Added, when: created}
                          - {event: Removed, when: removed}
                          - {event: Changed, when: otherwise}
                    """.formatted(table, topic, field).indent(2);
        }

        /** By id what the field must be; {@link #REFUSED} where no event may be made of it. */
        private Map<Long, Expected> expected(Connection connection) throws SQLException {
            var byId = new LinkedHashMap<Long, Case>();
            cases.forEach(each -> byId.put(each.id, each));
            var found = new LinkedHashMap<Long, Expected>();
            var printed = type.equals("boolean") ? "v::text" : "CASE num_nulls(v) WHEN 0 THEN format('%s', v) END";
            try (var statement = connection.createStatement();
                    var result = statement.executeQuery("SELECT id, " + printed + ", "
                            + switch (how) {
                                case "epoch" -> "(" + expression + ")::text";
                                case "day" ->
                                    "CASE WHEN isfinite(v) THEN extract(epoch FROM v)::numeric / 86400 END::text";
                                default -> "NULL";
                            }
                            + " FROM " + table + " WHERE id < 10000 ORDER BY id")) {
                while (result.next()) {
                    var id = result.getLong(1);
                    var each = Objects.requireNonNull(byId.get(id));
                    found.put(id, new Expected(each, result.getString(2), result.getString(3)));
                }
            }
            return found;
        }

        private record Expected(
                Case of, @Nullable String printed, @Nullable String number) {
            String shown() {
                return Section.shown(of.expected == null ? printed : of.expected)
                        + (number == null ? "" : ", " + number);
            }
        }

        /** What is wrong with {@code values}, the fields of events by id; the ids are so much more than the cases'. */
        List<String> wrong(Connection connection, Map<Long, String> values, long more) throws SQLException {
            var wrong = new ArrayList<String>();
            for (var entry : expected(connection).entrySet()) {
                var id = entry.getKey() + more;
                var is = values.containsKey(id);
                var value = values.get(id);
                if (!isRight(entry.getValue(), is, value)) {
                    wrong.add("[" + type + "] " + field + " " + entry.getValue().of.sql + ": "
                            + (is ? "'" + shown(value) + "'" : "no event") + " (expected: "
                            + entry.getValue().shown()
                            + ")");
                }
            }
            return wrong;
        }

        private boolean isRight(Expected expected, boolean is, @Nullable String value) {
            var said = expected.of.expected;
            if (REFUSED.equals(said)) {
                return !is;
            }
            if (!is) {
                return false;
            }
            if (said != null) {
                return said.equals(value);
            }
            return switch (how) {
                case "epoch" -> seconds(value).compareTo(new BigDecimal(String.valueOf(expected.number))) == 0;
                case "day" ->
                    BigDecimal.valueOf(LocalDate.parse(String.valueOf(value)).toEpochDay())
                                    .compareTo(new BigDecimal(String.valueOf(expected.number)))
                            == 0;
                default -> Objects.equals(value, expected.printed);
            };
        }

        private static BigDecimal seconds(@Nullable String instant) {
            var time = Instant.parse(String.valueOf(instant));
            return BigDecimal.valueOf(time.getEpochSecond()).add(BigDecimal.valueOf(time.getNano(), 9));
        }

        private static String shown(@Nullable String text) {
            return text == null || text.length() < 200 ? String.valueOf(text) : text.substring(0, 200) + "...";
        }

        List<String> refusedSubjects(long more) {
            return cases.stream()
                    .filter(each -> REFUSED.equals(each.expected))
                    .map(each -> table + " " + (each.id + more))
                    .toList();
        }
    }

    private EdgeValues() {}

    static List<Section> read() throws IOException {
        var sections = new ArrayList<Section>();
        var id = 0L;
        for (var line : text().lines().toList()) {
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith("[")) {
                var end = line.indexOf("] as: ");
                var tilde = line.indexOf(" ~ ");
                var check = line.substring(tilde + 3);
                var blank = check.indexOf(' ');
                sections.add(new Section(
                        "e" + sections.size(),
                        line.substring(1, end),
                        line.substring(end + 2, tilde),
                        blank < 0 ? check : check.substring(0, blank),
                        blank < 0 ? "" : check.substring(blank + 1),
                        new ArrayList<>()));
                continue;
            }
            var arrow = line.lastIndexOf(" =>");
            var sql = arrow < 0 ? line : line.substring(0, arrow);
            var expected = arrow < 0 ? null : line.substring(Math.min(line.length(), arrow + 4));
            sections.getLast().cases.add(new Case(++id, sql, expected));
        }
        return sections;
    }

    private static String text() throws IOException {
        try (InputStream in = EdgeValues.class.getResourceAsStream("/edges/values.txt")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
