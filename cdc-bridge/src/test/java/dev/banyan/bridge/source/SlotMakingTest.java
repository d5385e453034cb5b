package dev.banyan.bridge.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.run.Servers;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** PostgreSQL makes a slot when those that write have ended, and so long is waited. */
class SlotMakingTest {

    private static final String MAKE = "SELECT pg_create_logical_replication_slot('slot_waiting', 'pgoutput')";

    private Connection writer;
    private Connection making;
    private Connection looking;

    @BeforeAll
    static void createDatabase() {
        Servers.postgres().createDatabase("waiting");
    }

    @BeforeEach
    void write() throws SQLException {
        writer = Servers.postgres().connect("waiting");
        making = Servers.postgres().connect("waiting");
        looking = Servers.postgres().connect("waiting");
        writer.setAutoCommit(false);
        execute(writer, "SET application_name = 'a long report'; SELECT pg_current_xact_id()");
        execute(making, "SET statement_timeout = '200ms'; SET transaction_timeout = '200ms'");
        making.setNetworkTimeout(Runnable::run, 200);
    }

    @AfterEach
    void close() throws SQLException {
        writer.rollback();
        execute(
                looking,
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 'slot_waiting'");
        writer.close();
        making.close();
        looking.close();
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void itIsWaitedForPastAllLimitsAndSaidForWhom() throws Exception {
        var told = new CompletableFuture<String>();

        SlotMaking.make(MAKE, making, looking, what -> {
            if (!what.isEmpty() && told.complete(what)) {
                commit();
            }
            return true;
        });

        assertThat(told.join())
                .startsWith("the slot waits for transactions that write and have not ended, the oldest: process ")
                .contains("(postgres, waiting, a long report, since ")
                .doesNotContain("SELECT");
        assertThat(slots()).isEqualTo("1");
    }

    @Test
    void whoeverNoLongerWantsItLeavesNoProcessThatWaits() throws Exception {
        assertThatThrownBy(() -> SlotMaking.make(MAKE, making, looking, _ -> false))
                .isInstanceOf(SQLException.class);

        assertThat(slots()).isEqualTo("0");
        making.setNetworkTimeout(Runnable::run, 60_000);
        execute(making, "SELECT 1"); // it waits for nothing any more
    }

    private String slots() throws SQLException {
        try (var statement = looking.createStatement();
                var result = statement.executeQuery(
                        "SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'slot_waiting'")) {
            result.next();
            return result.getString(1);
        }
    }

    private void commit() {
        try {
            writer.commit();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
