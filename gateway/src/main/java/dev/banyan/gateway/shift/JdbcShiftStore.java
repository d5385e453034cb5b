package dev.banyan.gateway.shift;

import dev.banyan.gateway.store.ControlStore;
import dev.banyan.gateway.store.Leadership;
import dev.banyan.gateway.store.StoreUnavailable;
import dev.banyan.rules.gate.Evidence;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Shifts in the control store. */
public final class JdbcShiftStore implements ShiftStore {

    /*
     * Once only: the journal's key is route, generation and number, an entry is added in the transaction that moves the route's head from the
     * number before, and that transaction holds the row with the leader's epoch. A leader that is not sure whether its last
     * transaction was kept reads the heads again before it decides anything.
     */
    private static final Logger LOG = LoggerFactory.getLogger(JdbcShiftStore.class);

    private static final Duration ANSWERS_KEPT = Duration.ofDays(7);

    private final ControlStore store;
    private final Leadership leadership;
    private final String gateway;
    private final InstantSource clock;
    private final JsonMapper json = new JsonMapper();
    private final Set<String> unreadable = ConcurrentHashMap.newKeySet();

    public JdbcShiftStore(ControlStore store, Leadership leadership, InstantSource clock) {
        this(store, leadership, leadership.name(), clock);
    }

    JdbcShiftStore(ControlStore store, Leadership leadership, String gateway, InstantSource clock) {
        this.gateway = gateway;
        this.store = store;
        this.leadership = leadership;
        this.clock = clock;
    }

    @Override
    public void open() {
        store.start();
        leadership.start();
    }

    @Override
    public boolean isOpen() {
        return store.isStarted();
    }

    @Override
    public boolean leads() {
        return leadership.epoch().isPresent();
    }

    @Override
    public Map<String, Head> heads() throws StoreUnavailable {
        return store.transaction("reading where routes are", connection -> {
            var heads = new TreeMap<String, Head>();
            try (var select = connection.prepareStatement("SELECT route, head FROM shift_head");
                    var rows = select.executeQuery()) {
                while (rows.next()) {
                    Head head = read("state of route " + rows.getString(1), rows.getString(2), Head.class);
                    if (head != null) {
                        heads.put(head.route(), head);
                    }
                }
            }
            return heads;
        });
    }

    /** What a row says; null, which is logged once, when it cannot be read: the others are. */
    private <T> @Nullable T read(String what, String text, Class<T> type) {
        try {
            T value = json.readValue(text, type);
            unreadable.remove(what);
            return value;
        } catch (JacksonException e) {
            if (unreadable.add(what)) {
                LOG.error("the control store's {} cannot be read", what, e);
            }
            return null;
        }
    }

    @Override
    public void append(Entry entry, @Nullable Answer answer) throws StoreUnavailable {
        leadership.transaction("moving route " + entry.after().route(), connection -> {
            moveHead(connection, entry.after());
            insert(connection, entry);
            if (answer != null) {
                answer(connection, answer);
            }
            return null;
        });
    }

    private void moveHead(Connection connection, Head after) throws SQLException {
        boolean begins = after.number() == 1;
        if (begins && after.generation() == 1) {
            insertHead(connection, after);
            return;
        }
        try (var update = connection.prepareStatement("UPDATE shift_head SET generation = ?, number = ?, head = ?"
                + " WHERE route = ? AND generation = ?" + (begins ? "" : " AND number = ?"))) {
            update.setLong(1, after.generation());
            update.setLong(2, after.number());
            update.setString(3, json.writeValueAsString(after));
            update.setString(4, after.route());
            update.setLong(5, begins ? after.generation() - 1 : after.generation());
            if (!begins) {
                update.setLong(6, after.number() - 1);
            }
            if (update.executeUpdate() == 1) {
                return;
            }
            if (begins || !isLost(connection, after)) {
                throw new SQLException("entry " + after.generation() + "." + after.number() + " of route "
                        + after.route() + " (expected: the one after the last)");
            }
            insertHead(connection, after);
        }
    }

    private void insertHead(Connection connection, Head head) throws SQLException {
        try (var insert = connection.prepareStatement(
                "INSERT INTO shift_head (route, generation, number, head) VALUES (?, ?, ?, ?)")) {
            insert.setString(1, head.route());
            insert.setLong(2, head.generation());
            insert.setLong(3, head.number());
            insert.setString(4, json.writeValueAsString(head));
            insert.executeUpdate();
        }
    }

    /** Whether a route has no head although its journal ends with the entry before this one. */
    private static boolean isLost(Connection connection, Head after) throws SQLException {
        try (var select = connection.prepareStatement("SELECT generation, number FROM shift_journal WHERE route = ?"
                + " AND NOT EXISTS (SELECT 1 FROM shift_head h WHERE h.route = shift_journal.route)"
                + " ORDER BY generation DESC, number DESC LIMIT 1")) {
            select.setString(1, after.route());
            try (var last = select.executeQuery()) {
                return last.next() && last.getLong(1) == after.generation() && last.getLong(2) == after.number() - 1;
            }
        }
    }

    private void insert(Connection connection, Entry entry) throws SQLException {
        try (var insert = connection.prepareStatement("""
                INSERT INTO shift_journal (route, generation, number, at, gateway, event, from_state, to_state, words, by_whom,
                    reason, entry) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")) {
            insert.setString(1, entry.after().route());
            insert.setLong(2, entry.after().generation());
            insert.setLong(3, entry.after().number());
            insert.setObject(4, entry.at().atOffset(ZoneOffset.UTC));
            insert.setString(5, gateway);
            insert.setString(6, entry.event());
            insert.setString(7, entry.from());
            insert.setString(8, entry.after().state().word());
            insert.setString(9, entry.words());
            insert.setString(10, entry.by());
            insert.setString(11, entry.reason());
            insert.setString(12, json.writeValueAsString(entry));
            insert.executeUpdate();
        }
    }

    @Override
    public void answer(Answer answer) throws StoreUnavailable {
        leadership.transaction("answering a command", connection -> answer(connection, answer));
    }

    private static int answer(Connection connection, Answer answer) throws SQLException {
        try (var update = connection.prepareStatement(
                "UPDATE shift_command SET outcome = ?, words = ? WHERE id = ? AND outcome IS NULL")) {
            update.setString(1, answer.outcome().name());
            update.setString(2, answer.words());
            update.setString(3, answer.command().toString());
            return update.executeUpdate();
        }
    }

    @Override
    public void ask(Command command) throws StoreUnavailable {
        try {
            insert(command);
        } catch (StoreUnavailable e) {
            if (!e.isDuplicate()) { // another gateway asks the same
                throw e;
            }
        }
    }

    private void insert(Command command) throws StoreUnavailable {
        store.transaction("asking for " + command.kind().word(), connection -> {
            try (var select = connection.prepareStatement("SELECT id FROM shift_command WHERE id = ?")) {
                select.setString(1, command.id().toString());
                try (var row = select.executeQuery()) {
                    if (row.next()) {
                        return null;
                    }
                }
            }
            try (var insert =
                    connection.prepareStatement("INSERT INTO shift_command (id, at, command) VALUES (?, ?, ?)")) {
                insert.setString(1, command.id().toString());
                insert.setObject(2, command.at().atOffset(ZoneOffset.UTC));
                insert.setString(3, json.writeValueAsString(command));
                insert.executeUpdate();
            }
            return null;
        });
    }

    @Override
    public List<Command> unanswered() throws StoreUnavailable {
        return store.transaction("reading commands", connection -> {
            List<Command> commands = new ArrayList<>();
            try (var select = connection.prepareStatement(
                            "SELECT command, id FROM shift_command WHERE outcome IS NULL ORDER BY at, id");
                    var rows = select.executeQuery()) {
                while (rows.next()) {
                    Command command = read("command " + rows.getString(2), rows.getString(1), Command.class);
                    if (command != null) {
                        commands.add(command);
                    }
                }
            }
            return commands;
        });
    }

    @Override
    public List<Answer> answers(Collection<UUID> commands) throws StoreUnavailable {
        if (commands.isEmpty()) {
            return List.of();
        }
        return store.transaction("reading answers", connection -> {
            List<Answer> answers = new ArrayList<>();
            try (var select = connection.prepareStatement(
                    "SELECT outcome, words FROM shift_command WHERE id = ? AND outcome IS NOT NULL")) {
                for (UUID id : commands) {
                    select.setString(1, id.toString());
                    try (var row = select.executeQuery()) {
                        if (row.next()) {
                            answers.add(new Answer(id, Answer.Outcome.valueOf(row.getString(1)), row.getString(2)));
                        }
                    }
                }
            }
            return answers;
        });
    }

    @Override
    public void publish(Map<WindowKey, Evidence> seen) throws StoreUnavailable {
        if (!seen.isEmpty()) {
            store.transaction("publishing counts", connection -> {
                for (Map.Entry<WindowKey, Evidence> each : seen.entrySet()) {
                    CountRows.write(connection, each.getKey(), gateway, each.getValue());
                }
                return null;
            });
        }
    }

    @Override
    public Map<WindowKey, Evidence> sums(Collection<WindowKey> windows) throws StoreUnavailable {
        if (windows.isEmpty()) {
            return Map.of();
        }
        return store.transaction("summing counts", connection -> CountRows.sums(connection, windows));
    }

    @Override
    public void forgetAllBut(Collection<WindowKey> windows) throws StoreUnavailable {
        leadership.transaction("forgetting counts", connection -> {
            CountRows.deleteAllBut(connection, windows);
            try (PreparedStatement delete =
                    connection.prepareStatement("DELETE FROM shift_command WHERE outcome IS NOT NULL AND at < ?")) {
                Instant before = clock.instant().minus(ANSWERS_KEPT);
                delete.setObject(1, before.atOffset(ZoneOffset.UTC));
                return delete.executeUpdate();
            }
        });
    }

    @Override
    public Optional<Entry> last(String route) throws StoreUnavailable {
        return texts(route, 1).values().stream()
                .map(text -> json.readValue(text, Entry.class))
                .findFirst();
    }

    @Override
    public List<Entry> journal(String route, int limit) throws StoreUnavailable {
        List<Entry> entries = new ArrayList<>();
        texts(route, limit).forEach((place, text) -> {
            Entry entry = read("entry " + place + " of route " + route, text, Entry.class);
            if (entry != null) {
                entries.add(entry);
            }
        });
        return entries;
    }

    /** Entries by generation and number, the newest first. */
    private Map<String, String> texts(String route, int limit) throws StoreUnavailable {
        return store.transaction("reading the journal", connection -> {
            var texts = new LinkedHashMap<String, String>();
            try (var select = connection.prepareStatement("SELECT entry, generation, number FROM shift_journal"
                    + " WHERE route = ? ORDER BY generation DESC, number DESC LIMIT ?")) {
                select.setString(1, route);
                select.setInt(2, limit);
                try (var rows = select.executeQuery()) {
                    while (rows.next()) {
                        texts.put(rows.getLong(2) + "." + rows.getLong(3), rows.getString(1));
                    }
                }
            }
            return texts;
        });
    }
}
