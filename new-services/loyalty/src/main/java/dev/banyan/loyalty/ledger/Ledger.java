package dev.banyan.loyalty.ledger;

import dev.banyan.loyalty.ledger.OrderEvent.OrderGone;
import dev.banyan.loyalty.ledger.OrderEvent.OrderStated;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The service's own database: the orders and the position in the event stream, which move together or not at all. */
public final class Ledger {

    /*
     * The position stored here is the only one. A batch says which position it was read from; when the stored one differs
     * (another instance was faster, or an operator moved it to replay), the batch is dropped and reading goes on there. The
     * lock on the position rows makes instances take turns. So a kill at any instant leaves either both, the change and the
     * position, or neither.
     */

    /** How many faults are counted; more are not told apart. */
    public static final int FAULTS_COUNTED_MAX = 10_000;

    private static final String POSITIONS =
            "SELECT partition, next_offset, last_sequence FROM feed_position WHERE topic = ? ORDER BY partition";

    private static final String MOVE_POSITION = """
            UPDATE feed_position SET next_offset = ?, last_sequence = coalesce(?, last_sequence), moved_at = now()
            WHERE topic = ? AND partition = ?
            """;

    private static final String HEADS =
            "SELECT 'order/' || order_no, sequence FROM customer_order WHERE order_no = ANY (?)";

    private static final String FAULT = """
            INSERT INTO feed_fault (topic, partition, record_offset, reason, headers, payload) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (topic, partition, record_offset) DO UPDATE SET reason = excluded.reason,
                headers = excluded.headers, payload = excluded.payload, faulted_at = now()
            """;

    private static final String FAULTS =
            "SELECT count(*) FROM (SELECT FROM feed_fault WHERE topic = ? LIMIT " + FAULTS_COUNTED_MAX + ") AS counted";

    // a process that is frozen, or whose host is gone, would keep the lock for as long as TCP keeps the connection
    private static final String NOT_IDLE_FOR_LONG = "SET LOCAL idle_in_transaction_session_timeout = '10s'";

    private final DataSource database;
    private final String topic;
    private final RecentIds recent = new RecentIds();

    /** The ledger in {@code database}, fed by {@code topic}. */
    public Ledger(DataSource database, String topic) {
        this.database = database;
        this.topic = topic;
    }

    /** Where reading goes on in a partition, and the last sequence that came from it. */
    public record Position(
            int partition, long nextOffset, @Nullable String lastSequence) {}

    /** The topic that feeds this. */
    public String topic() {
        return topic;
    }

    /** The stored positions, in order of partition. */
    public List<Position> positions() throws SQLException {
        try (var connection = database.getConnection()) {
            connection.setAutoCommit(true);
            return positions(connection, POSITIONS);
        }
    }

    /** Where to read on, by partition; a partition never seen starts at 0 and is stored so. */
    public Map<Integer, Long> positions(Collection<Integer> partitions) throws SQLException {
        try (var connection = database.getConnection()) {
            connection.setAutoCommit(true);
            try (var insert = connection.prepareStatement(
                    "INSERT INTO feed_position (topic, partition, next_offset) VALUES (?, ?, 0) ON CONFLICT DO NOTHING")) {
                for (var partition : partitions) {
                    insert.setString(1, topic);
                    insert.setInt(2, partition);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            return offsets(positions(connection, POSITIONS));
        }
    }

    /** How many records are in the fault table, at most {@link #FAULTS_COUNTED_MAX}. */
    public int faults() throws SQLException {
        try (var connection = database.getConnection()) {
            connection.setAutoCommit(true);
            try (var select = connection.prepareStatement(FAULTS)) {
                select.setString(1, topic);
                try (var row = select.executeQuery()) {
                    return row.next() ? row.getInt(1) : 0;
                }
            }
        }
    }

    /** Moves the stored position of {@code partition}; replaying is harmless, so any offset will do. */
    public void moveTo(int partition, long offset) throws SQLException {
        try (var connection = database.getConnection()) {
            connection.setAutoCommit(true);
            move(connection, partition, offset, null);
        }
    }

    /**
     * Applies {@code deliveries}, read from the positions {@code readFrom}, in one transaction. A delivery that cannot be
     * written, as when the database refuses what it contains, becomes a fault, and the others are applied.
     */
    public Applied apply(Map<Integer, Long> readFrom, List<Delivery> deliveries) throws SQLException {
        try {
            return inTransaction(readFrom, deliveries);
        } catch (SQLException | RuntimeException e) {
            if (!isAboutData(e)) {
                throw e;
            }
            return applyOneByOne(readFrom, deliveries);
        }
    }

    private Applied applyOneByOne(Map<Integer, Long> readFrom, List<Delivery> deliveries) throws SQLException {
        var positions = new HashMap<>(readFrom);
        var events = new ArrayList<Applied.Event>();
        var elsewhere = new HashMap<Integer, Long>();
        var unknown = 0;
        var faults = 0;
        for (var i = 0; i < deliveries.size(); i++) {
            var delivery = deliveries.get(i);
            Applied one;
            try {
                one = applyAlone(positions, delivery);
            } catch (SQLException e) {
                if (i == 0) {
                    throw e;
                }
                // what is committed has to be counted: nobody sees it again
                deliveries
                        .subList(i, deliveries.size())
                        .forEach(rest -> elsewhere.putIfAbsent(rest.partition(), rest.offset()));
                break;
            }
            positions.put(delivery.partition(), delivery.offset() + 1);
            events.addAll(one.events());
            unknown += one.unknown();
            faults += one.faults();
            elsewhere.putAll(one.elsewhere());
        }
        return new Applied(events, unknown, faults, elsewhere);
    }

    private Applied applyAlone(Map<Integer, Long> positions, Delivery delivery) throws SQLException {
        try {
            return inTransaction(positions, List.of(delivery));
        } catch (SQLException | RuntimeException e) {
            if (!isAboutData(e)) {
                throw e;
            }
            var reason = e instanceof SQLException ? "refused by the database: " + e.getMessage() : "not written: " + e;
            return inTransaction(positions, List.of(delivery.broken(reason)));
        }
    }

    // SQLSTATE classes 22 (data exception), 23 (constraint violation) and 54 (program limit exceeded, as by a key
    // that an index cannot hold), and what no database was asked for, as a time that the driver cannot write: trying
    // again would fail again
    private static boolean isAboutData(Exception e) {
        if (!(e instanceof SQLException refused)) {
            return true;
        }
        var state = refused.getSQLState();
        return state != null && Stream.of("22", "23", "54").anyMatch(state::startsWith);
    }

    private Applied inTransaction(Map<Integer, Long> readFrom, List<Delivery> deliveries) throws SQLException {
        try (var connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                try (var statement = connection.createStatement()) {
                    statement.execute(NOT_IDLE_FOR_LONG);
                }
                var applied = apply(connection, readFrom, deliveries);
                connection.commit();
                applied.events()
                        .forEach(event -> recent.add(event.event().envelope().id()));
                return applied;
            } catch (SQLException | RuntimeException e) {
                rollBack(connection, e);
                throw e;
            }
        }
    }

    private static void rollBack(Connection connection, Exception cause) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    private Applied apply(Connection connection, Map<Integer, Long> readFrom, List<Delivery> deliveries)
            throws SQLException {
        var elsewhere = offsets(positions(connection, POSITIONS + " FOR UPDATE"));
        elsewhere.entrySet().removeIf(entry -> entry.getValue().equals(readFrom.get(entry.getKey())));
        var partitions = new ArrayList<Integer>();
        var events = new ArrayList<OrderEvent>();
        var nextOffsets = new HashMap<Integer, Long>();
        var lastSequences = new HashMap<Integer, Sequence>();
        var unknown = 0;
        var faults = 0;
        for (var delivery : deliveries) {
            if (elsewhere.containsKey(delivery.partition())) {
                continue;
            }
            nextOffsets.put(delivery.partition(), delivery.offset() + 1);
            switch (delivery.reading()) {
                case Reading.Understood(var event) -> {
                    partitions.add(delivery.partition());
                    events.add(event);
                    lastSequences.put(delivery.partition(), event.envelope().sequence());
                }
                case Reading.Unknown(var _) -> unknown++;
                case Reading.Broken(var reason) -> {
                    faults++;
                    fault(connection, delivery, reason);
                }
            }
        }
        var plan = BatchPlan.of(events, heads(connection, events), recent::contains);
        write(connection, plan.writes());
        for (var next : nextOffsets.entrySet()) {
            move(connection, next.getKey(), next.getValue(), lastSequences.get(next.getKey()));
        }
        var applied = new ArrayList<Applied.Event>();
        for (var i = 0; i < events.size(); i++) {
            applied.add(new Applied.Event(
                    partitions.get(i), events.get(i), plan.outcomes().get(i)));
        }
        return new Applied(applied, unknown, faults, elsewhere);
    }

    private List<Position> positions(Connection connection, String sql) throws SQLException {
        try (var select = connection.prepareStatement(sql)) {
            select.setString(1, topic);
            var positions = new ArrayList<Position>();
            try (var rows = select.executeQuery()) {
                while (rows.next()) {
                    positions.add(new Position(rows.getInt(1), rows.getLong(2), rows.getString(3)));
                }
            }
            return positions;
        }
    }

    private static Map<Integer, Long> offsets(List<Position> positions) {
        var offsets = new HashMap<Integer, Long>();
        positions.forEach(position -> offsets.put(position.partition(), position.nextOffset()));
        return offsets;
    }

    private static Map<String, Sequence> heads(Connection connection, List<OrderEvent> events) throws SQLException {
        var heads = new HashMap<String, Sequence>();
        try (var select = connection.prepareStatement(HEADS)) {
            var orderNos = events.stream().map(OrderEvent::orderNo).toArray();
            select.setArray(1, connection.createArrayOf("bigint", orderNos));
            try (var rows = select.executeQuery()) {
                while (rows.next()) {
                    heads.put(rows.getString(1), new Sequence(rows.getString(2)));
                }
            }
        }
        return heads;
    }

    private static void write(Connection connection, List<OrderEvent> writes) throws SQLException {
        try (var orders = new OrderRows(connection)) {
            for (var event : writes) {
                switch (event) {
                    case OrderStated(var envelope, var order) -> orders.state(envelope, order);
                    case OrderGone(var envelope, var orderNo) -> orders.remove(envelope, orderNo);
                }
            }
            orders.write();
        }
    }

    private void fault(Connection connection, Delivery delivery, String reason) throws SQLException {
        try (var insert = connection.prepareStatement(FAULT)) {
            insert.setString(1, topic);
            insert.setInt(2, delivery.partition());
            insert.setLong(3, delivery.offset());
            insert.setString(4, reason.replace('\0', '?'));
            insert.setString(5, delivery.headers().replace('\0', '?'));
            insert.setBytes(6, delivery.payload());
            insert.executeUpdate();
        }
    }

    private void move(Connection connection, int partition, long offset, @Nullable Sequence last) throws SQLException {
        try (var update = connection.prepareStatement(MOVE_POSITION)) {
            update.setLong(1, offset);
            update.setString(2, last == null ? null : last.text());
            update.setString(3, topic);
            update.setInt(4, partition);
            update.executeUpdate();
        }
    }
}
