package dev.banyan.bridge.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.doctor.Finding;
import dev.banyan.bridge.doctor.SourceChecks;
import dev.banyan.bridge.run.Servers;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
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

        try (var younger = Servers.postgres().connect("waiting")) {
            younger.setAutoCommit(false);
            execute(younger, "SELECT pg_current_xact_id()");
            SlotMaking.make(MAKE, making, looking, what -> {
                if (!what.isEmpty() && told.complete(what)) {
                    commit(younger);
                    commit(writer);
                }
                return true;
            });
        }

        assertThat(told.join())
                .containsOnlyOnce("process") // of those behind the oldest there may be others each second
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

    /** What lies between may have forgotten a connection on which nothing came for hours. */
    @Test
    void anAnswerThatIsLostIsNoticedAndTheSlotThere() throws Exception {
        writer.rollback();

        assertThatThrownBy(() -> SlotMaking.make(MAKE, deaf(new CountDownLatch(1)), looking, _ -> true))
                .isInstanceOf(SQLException.class)
                .hasMessageStartingWith("no answer came");

        assertThat(slots()).isEqualTo("1");
    }

    @Test
    void theDoctorWarnsWhileItIsBeingMade() throws Exception {
        var server = Servers.postgres();
        var source = new Source(
                server.jdbcUrl("waiting"),
                server.user(),
                server.user(),
                "slot_waiting",
                "pub_waiting",
                true,
                List.of());
        for (var step : SourcePlan.of(source, looking).steps()) {
            if (step.kind() != SourcePlan.Kind.MAKE_SLOT) {
                execute(looking, step.sql());
            }
        }
        var findings = new ArrayList<Finding>();

        SlotMaking.make(MAKE, making, looking, what -> {
            if (!what.isEmpty() && findings.isEmpty()) {
                findings.addAll(found(source));
                commit(writer);
            }
            return true;
        });

        assertThat(findings)
                .filteredOn(finding -> finding.what().equals("position"))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.level()).isEqualTo(Finding.Level.WARN);
                    assertThat(finding.found()).startsWith("slot slot_waiting is being made still, by process ");
                });
    }

    private List<Finding> found(Source source) {
        try {
            return SourceChecks.of(source, looking, new SourceChecks.Stored(true, Optional.empty(), Set.of(), ""));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@code making}, of which the answer to the slot's statement comes to nobody until it is {@code aborted}. */
    private Connection deaf(CountDownLatch aborted) {
        return over(Connection.class, (_, called, arguments) -> {
            var answer = called.invoke(making, arguments);
            if (called.getName().equals("abort")) {
                aborted.countDown();
            }
            return answer instanceof Statement statement ? deaf(statement, aborted) : answer;
        });
    }

    private static Statement deaf(Statement statement, CountDownLatch aborted) {
        return over(Statement.class, (_, called, arguments) -> {
            var answer = called.invoke(statement, arguments);
            if (arguments != null && MAKE.equals(arguments[0])) {
                aborted.await();
                throw new SQLException("aborted");
            }
            return answer;
        });
    }

    private static <T> T over(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(SlotMakingTest.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private String slots() throws SQLException {
        try (var statement = looking.createStatement();
                var result = statement.executeQuery(
                        "SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'slot_waiting'")) {
            result.next();
            return result.getString(1);
        }
    }

    private static void commit(Connection writer) {
        try {
            writer.commit();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
