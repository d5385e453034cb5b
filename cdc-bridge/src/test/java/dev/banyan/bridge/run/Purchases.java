package dev.banyan.bridge.run;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * Aggregates with a list in a list: purchases, their lines, and extras that name a line alone, changed within a writer's transactions. What a
 * transaction made of one is noted at its end, as a text: the purchase's number, then each line's key, the number of its value and its extras.
 */
final class Purchases {

    /** In a transaction's journal as the state of one that is gone. */
    static final String GONE = "-";

    private static final String SUBJECT = "purchase/";
    private static final int OF_EACH_WRITER = 6;
    private static final int NUMBERS = 1_000_000;
    private static final String LINES = "(SELECT id FROM line WHERE purchase = ?)";

    private final Random random;
    private final long first;
    private final String transactionId;

    /** Those of one writer; {@code transactionId} is what SQL calls the transaction. */
    Purchases(long writer, Random random, String transactionId) {
        this.random = random;
        this.first = writer * 100;
        this.transactionId = transactionId;
    }

    /** How they become events on {@code topic}; another part of a mapping. */
    static String mapping(String topic) {
        return """
                  purchase:
                    topic: %s
                    subject: purchase/{id}
                    type: t.{event}.v1
                    table: purchase
                    key: [id]
                    fields:
                      id: {column: id, as: integer}
                      n: {column: n, as: integer}
                    children:
                      lines:
                        table: line
                        key: [id]
                        parent: [purchase]
                        fields:
                          id: {column: id, as: integer}
                          v: v
                        events:
                          - {event: LineAdded, when: created}
                          - {event: LineRemoved, when: removed}
                          - {event: LineChanged, when: otherwise}
                        children:
                          extras:
                            table: extra
                            key: [id]
                            parent: [line]
                            fields:
                              id: {column: id, as: integer}
                              n: {column: n, as: integer}
                            events:
                              - {event: ExtraAdded, when: created}
                              - {event: ExtraRemoved, when: removed}
                              - {event: ExtraChanged, when: otherwise}
                    events:
                      - {event: Imported, when: backfill}
                      - {event: Added, when: created}
                      - {event: Removed, when: removed}
                      - {event: Changed, when: otherwise}
                """.formatted(topic);
    }

    static void create(Connection connection, String serial) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE purchase (id BIGINT PRIMARY KEY, n BIGINT)");
            statement.execute("CREATE TABLE line (id BIGINT PRIMARY KEY, purchase BIGINT, v TEXT)");
            statement.execute("CREATE TABLE extra (id BIGINT PRIMARY KEY, line BIGINT, n BIGINT)");
            statement.execute("CREATE INDEX line_purchase ON line (purchase)");
            statement.execute("CREATE INDEX extra_line ON extra (line)");
            statement.execute(
                    "CREATE TABLE purchase_journal (seq " + serial + " PRIMARY KEY, tx BIGINT, id BIGINT, state TEXT)");
        }
    }

    static boolean isOne(String subject) {
        return subject.startsWith(SUBJECT);
    }

    /** What an event's data says of one, as the journal notes it. */
    static String state(JsonNode data) {
        var lines = new TreeMap<Long, String>();
        for (var line : data.path("lines")) {
            var extras = new TreeMap<Long, Long>();
            line.path("extras")
                    .forEach(extra -> extras.put(
                            extra.path("id").asLong(), extra.path("n").asLong()));
            lines.put(line.path("id").asLong(), HardValues.number(line.path("v").asString()) + " " + extras);
        }
        return data.path("n").asLong() + " " + lines;
    }

    /** By subject, what each transaction left of it, in order. */
    static Map<String, List<String>> histories(Connection connection) throws SQLException {
        var histories = new HashMap<String, List<String>>();
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("SELECT id, state FROM purchase_journal ORDER BY seq")) {
            while (result.next()) {
                histories
                        .computeIfAbsent(SUBJECT + result.getLong(1), _ -> new ArrayList<>())
                        .add(result.getString(2));
            }
        }
        return histories;
    }

    /** Changes one or two of them somehow. */
    void change(Connection connection) throws SQLException {
        var id = first + random.nextInt(OF_EACH_WRITER);
        var other = first + random.nextInt(OF_EACH_WRITER);
        var before = state(connection, id);
        var othersBefore = state(connection, other);
        if (before.equals(GONE)) {
            addLines(connection, id, 1 + random.nextInt(30)); // before the purchase they belong to
            run(connection, "INSERT INTO purchase VALUES (?, ?)", id, number());
        } else {
            changeOne(connection, id, other, !othersBefore.equals(GONE));
        }
        note(connection, id, before);
        if (other != id) {
            note(connection, other, othersBefore);
        }
    }

    private void changeOne(Connection connection, long id, long other, boolean otherIsThere) throws SQLException {
        switch (random.nextInt(10)) {
            case 0 -> addLines(connection, id, 1 + random.nextInt(3));
            case 1 -> run(connection, "UPDATE line SET v = ? WHERE purchase = ?", HardValues.of(number()), id);
            case 2 -> run(connection, "UPDATE purchase SET n = ? WHERE id = ?", number(), id);
            case 3 -> // of their extras nobody knows any more whose they are
                run(connection, "DELETE FROM line WHERE purchase = ? AND id % 3 = ?", id, random.nextInt(3));
            case 4 -> {
                if (otherIsThere && other != id) { // lines move to another purchase
                    run(
                            connection,
                            "UPDATE line SET purchase = ? WHERE purchase = ? AND id % 2 = ?",
                            other,
                            id,
                            random.nextInt(2));
                }
            }
            case 5 -> {
                var savepoint = connection.setSavepoint();
                run(connection, "DELETE FROM line WHERE purchase = ?", id);
                run(connection, "UPDATE purchase SET n = ? WHERE id = ?", number(), id);
                connection.rollback(savepoint);
                addLines(connection, id, 1);
            }
            case 6 -> run(connection, "UPDATE extra SET n = ? WHERE line IN " + LINES, number(), id);
            case 7 -> { // extras move to a line of another purchase, or come back to one
                var lines = lines(connection, other);
                if (!lines.isEmpty()) {
                    run(
                            connection,
                            "UPDATE extra SET line = ? WHERE line IN " + LINES + " AND id % 2 = ?",
                            lines.get(random.nextInt(lines.size())),
                            id,
                            random.nextInt(2));
                }
            }
            case 8 -> run(connection, "DELETE FROM extra WHERE line IN " + LINES + " AND id % 2 = 0", id);
            default -> {
                run(connection, "DELETE FROM purchase WHERE id = ?", id);
                run(connection, "DELETE FROM extra WHERE line IN " + LINES, id);
                run(connection, "DELETE FROM line WHERE purchase = ?", id);
            }
        }
    }

    /** Of ids that no line ever had, some with extras, which may come first. */
    private void addLines(Connection connection, long purchase, int count) throws SQLException {
        for (var i = 0; i < count; i++) {
            var id = random.nextLong(Long.MAX_VALUE >> 16);
            var extrasFirst = random.nextBoolean();
            if (extrasFirst) {
                addExtra(connection, id);
            }
            run(connection, "INSERT INTO line VALUES (?, ?, ?)", id, purchase, HardValues.of(number()));
            if (!extrasFirst && random.nextBoolean()) {
                addExtra(connection, id);
            }
        }
    }

    private void addExtra(Connection connection, long line) throws SQLException {
        run(connection, "INSERT INTO extra VALUES (?, ?, ?)", random.nextLong(Long.MAX_VALUE >> 16), line, number());
    }

    private static List<Long> lines(Connection connection, long purchase) throws SQLException {
        var lines = new ArrayList<Long>();
        try (var select = connection.prepareStatement("SELECT id FROM line WHERE purchase = ? ORDER BY id")) {
            select.setLong(1, purchase);
            try (var result = select.executeQuery()) {
                while (result.next()) {
                    lines.add(result.getLong(1));
                }
            }
        }
        return lines;
    }

    private int number() {
        return random.nextInt(NUMBERS);
    }

    private void note(Connection connection, long id, String before) throws SQLException {
        var now = state(connection, id);
        if (!now.equals(before)) {
            run(
                    connection,
                    "INSERT INTO purchase_journal (tx, id, state) VALUES (" + transactionId + ", ?, ?)",
                    id,
                    now);
        }
    }

    private static void run(Connection connection, String sql, Object... values) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            for (var i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }

    /** By subject, the purchases as the tables have them. */
    static Map<String, String> table(Connection connection) throws SQLException {
        var found = new TreeMap<String, String>();
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("SELECT id FROM purchase")) {
            while (result.next()) {
                found.put(SUBJECT + result.getLong(1), state(connection, result.getLong(1)));
            }
        }
        return found;
    }

    private static String state(Connection connection, long id) throws SQLException {
        var lines = new TreeMap<Long, String>();
        try (var ofPurchase = connection.prepareStatement("SELECT n FROM purchase WHERE id = ?");
                var ofLines = connection.prepareStatement("SELECT id, v FROM line WHERE purchase = ?");
                var ofExtras = connection.prepareStatement("SELECT line, id, n FROM extra WHERE line IN " + LINES)) {
            ofPurchase.setLong(1, id);
            ofLines.setLong(1, id);
            ofExtras.setLong(1, id);
            try (var purchase = ofPurchase.executeQuery();
                    var line = ofLines.executeQuery();
                    var extra = ofExtras.executeQuery()) {
                var extras = new HashMap<Long, TreeMap<Long, Long>>();
                while (extra.next()) {
                    extras.computeIfAbsent(extra.getLong(1), _ -> new TreeMap<>())
                            .put(extra.getLong(2), extra.getLong(3));
                }
                while (line.next()) {
                    lines.put(
                            line.getLong(1),
                            HardValues.number(line.getString(2)) + " "
                                    + extras.getOrDefault(line.getLong(1), new TreeMap<>()));
                }
                return purchase.next() ? purchase.getLong(1) + " " + lines : GONE;
            }
        }
    }
}
