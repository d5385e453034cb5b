package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Dbms;
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

/** The values of a file in {@code edges}: a table each section, and what an event must say of each row, by the database itself. */
final class EdgeValues {

    private static final String REFUSED = "refused";
    private static final String REFUSED_AT_SET_UP = "set-up";

    /** A value as SQL; {@code expected} is what the field must be where it is not what the section says. */
    record Case(long id, String sql, @Nullable String expected) {}

    /** A table whose column {@code v} has {@code type}, and the field that is read from it. */
    record Section(
            Dbms dbms, String table, String type, String field, String how, String expression, List<Case> cases) {

        void create(Connection connection) throws SQLException {
            try (var statement = connection.createStatement()) {
                statement.execute("CREATE TABLE " + table + " (id BIGINT PRIMARY KEY, v " + type + ")");
            }
        }

        /** Inserts every value, under its id and so much more, in one transaction. */
        void insert(Connection connection, long more) throws SQLException {
            connection.setAutoCommit(false);
            try (var statement = connection.createStatement()) {
                for (var each : cases) {
                    statement.execute("INSERT INTO " + table + " VALUES (" + (each.id + more) + ", " + each.sql + ")");
                }
            }
            connection.commit();
            connection.setAutoCommit(true);
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
            try (var statement = connection.createStatement();
                    var result = statement.executeQuery("SELECT id, " + printed() + ", " + number() + " FROM " + table
                            + " WHERE id < 10000 ORDER BY id")) {
                while (result.next()) {
                    var id = result.getLong(1);
                    var each = Objects.requireNonNull(byId.get(id));
                    found.put(id, new Expected(each, result.getString(2), result.getString(3)));
                }
            }
            return found;
        }

        private String printed() {
            return switch (dbms) {
                case POSTGRESQL ->
                    type.equals("boolean") ? "v::text" : "CASE num_nulls(v) WHEN 0 THEN format('%s', v) END";
                case MARIADB -> "CONVERT(v USING utf8mb4)";
            };
        }

        private String number() {
            return switch (how) {
                case "epoch" -> "(" + expression + ")";
                case "day" ->
                    dbms == Dbms.MARIADB
                            ? "DATEDIFF(v, '1970-01-01')"
                            : "CASE WHEN isfinite(v) THEN extract(epoch FROM v)::numeric / 86400 END";
                default -> "NULL";
            };
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
                return said.equals(String.valueOf(value));
            }
            if (expected.printed == null || value == null) {
                return Objects.equals(value, expected.printed);
            }
            return switch (how) {
                case "epoch" -> isAsMuch(seconds(value), expected.number);
                case "day" -> isAsMuch(BigDecimal.valueOf(LocalDate.parse(value).toEpochDay()), expected.number);
                case "number" -> isAsMuch(new BigDecimal(value), expected.printed);
                default -> value.equals(expected.printed);
            };
        }

        private static boolean isAsMuch(BigDecimal found, @Nullable String expected) {
            return found.compareTo(new BigDecimal(String.valueOf(expected))) == 0;
        }

        private static BigDecimal seconds(String instant) {
            var time = Instant.parse(instant);
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

    /** The sections of what is read, or of what is refused at set-up. */
    static List<Section> read(Dbms dbms, boolean refused) throws IOException {
        return read(dbms).stream()
                .filter(section -> section.how.equals(REFUSED_AT_SET_UP) == refused)
                .toList();
    }

    private static List<Section> read(Dbms dbms) throws IOException {
        var sections = new ArrayList<Section>();
        var id = 0L;
        for (var line : text(dbms).lines().toList()) {
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith("[")) {
                var end = line.indexOf("] as: ");
                var tilde = line.indexOf(" ~ ");
                var check = line.substring(tilde + 3);
                var blank = check.indexOf(' ');
                sections.add(new Section(
                        dbms,
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

    private static String text(Dbms dbms) throws IOException {
        var file = dbms == Dbms.MARIADB ? "mariadb.txt" : "postgresql.txt";
        try (InputStream in = EdgeValues.class.getResourceAsStream("/edges/" + file)) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
