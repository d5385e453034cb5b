package dev.banyan.gateway.shift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.store.StoreUnavailable;
import dev.banyan.rules.Standpoint;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a command that leads upwards when the store goes away as it is handed over: who is told "refused" is right. */
class HandedOverTest {

    private static final Plan PLAN = Fixture.plan(
            "browse",
            List.of(Fixture.live(1_000, Duration.ofHours(1), false), Fixture.live(2_500, Duration.ofHours(1), false)),
            null);
    private static final Standpoint FIRST = PLAN.standpointOf(0);
    private static final Standpoint SECOND = PLAN.standpointOf(1);

    private static final Answer NONE = new Answer(UUID.randomUUID(), Answer.Outcome.SAME, "none yet");

    @TempDir
    private Path folder;

    /** What the store does, and then fails; null does not fail. */
    private @Nullable String fails;

    private boolean isDone;
    private boolean mayBeKept;
    private boolean isRefusal;
    private OpenStore open;
    private Incarnation gateway;

    @BeforeEach
    void start() throws Exception {
        var clock = new ManualClock();
        open = OpenStore.inMemory();
        ShiftStore real = open.shifts("one", clock);
        var store = (ShiftStore) Proxy.newProxyInstance(
                ShiftStore.class.getClassLoader(), new Class<?>[] {ShiftStore.class}, (_, method, arguments) -> {
                    boolean now = method.getName().equals(fails);
                    try {
                        Object result = now && !isDone ? null : method.invoke(real, arguments);
                        if (now) {
                            fails = null;
                            fail();
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
        gateway = new Incarnation(() -> List.of(PLAN), store, folder, clock);
        gateway.runner.turn();
        assertThat(gateway.standpoint("browse")).isEqualTo(FIRST);
    }

    @AfterEach
    void close() {
        open.close();
    }

    private void fail() throws StoreUnavailable {
        open.store().transaction("of a test", connection -> {
            if (!mayBeKept) {
                throw new SQLException("gone", isRefusal ? "22P05" : null);
            }
            connection.close(); // so that it fails as it ends
            return null;
        });
    }

    private CompletableFuture<Answer> promoteAsStoreFailsAt(String method, boolean done, boolean kept) {
        CompletableFuture<Answer> answer = gateway.runner.ask(Fixture.command(Command.Kind.PROMOTE));
        fails = method;
        isDone = done;
        mayBeKept = kept;
        gateway.runner.turn();
        assertThat(gateway.runner.isUp()).isFalse();
        return answer;
    }

    @Test
    void whatTheStoreHasIsNotRefusedAndIsDoneLater() throws Exception {
        var answer = promoteAsStoreFailsAt("publish", false, false);
        assertThat(answer).isNotDone();
        gateway.runner.turn();
        assertThat(answer.get().outcome()).isEqualTo(Answer.Outcome.DONE);
        assertThat(gateway.standpoint("browse")).isEqualTo(SECOND);
    }

    @Test
    void whatTheStoreMayHaveIsNotRefusedNorAskedTwice() throws Exception {
        var command = Fixture.command(Command.Kind.PROMOTE);
        var answer = gateway.runner.ask(command);
        fails = "ask";
        isDone = true;
        mayBeKept = true;
        gateway.runner.turn();
        assertThat(answer).isNotDone();
        assertThat(gateway.runner.ask(command)).isSameAs(answer);
        gateway.runner.turn();
        assertThat(answer.get().outcome()).isEqualTo(Answer.Outcome.DONE);
        assertThat(gateway.standpoint("browse")).isEqualTo(SECOND);
    }

    @Test
    void whatTheStoreCannotHaveIsRefusedAndNeverDone() throws Exception {
        var answer = promoteAsStoreFailsAt("ask", false, false);
        assertThat(answer.get().outcome()).isEqualTo(Answer.Outcome.REFUSED);
        gateway.runner.turn();
        gateway.runner.turn();
        assertThat(gateway.standpoint("browse")).isEqualTo(FIRST);
    }

    @Test
    void whatTheLeaderHasDoneAlreadyIsNotRefused() throws Exception {
        var answer = promoteAsStoreFailsAt("sums", false, false);
        assertThat(answer).isCompletedWithValueMatching(each -> each.outcome() == Answer.Outcome.DONE);
    }

    @Test
    void aRollBackIsJournalledAndFollowedAlthoughNoCountsCanBeWritten() throws Exception {
        var promoted = gateway.runner.ask(Fixture.command(Command.Kind.PROMOTE));
        var answer = gateway.runner.ask(Fixture.command(Command.Kind.ROLLBACK));
        fails = "publish";
        gateway.runner.turn();
        assertThat(answer).isCompletedWithValueMatching(each -> each.outcome() == Answer.Outcome.DONE);
        assertThat(promoted).isDone();
        assertThat(gateway.runner.heads().get("browse")).isNotNull().satisfies(head -> assertThat(head.state())
                .isInstanceOf(ShiftState.RolledBack.class));
        assertThat(gateway.runner.isUp()).as("nothing goes up").isFalse();
    }

    @Test
    void aCommandThatTheStoreNeverTakesIsRefusedAndKeepsNoOtherBack() throws Exception {
        var answers = List.of(
                gateway.runner.ask(Fixture.command(Command.Kind.FREEZE)),
                gateway.runner.ask(Fixture.command(Command.Kind.PAUSE)));
        fails = "ask";
        isRefusal = true;
        gateway.runner.turn();
        assertThat(answers.stream().map(each -> each.getNow(NONE).outcome()))
                .containsExactlyInAnyOrder(Answer.Outcome.REFUSED, Answer.Outcome.DONE);
        assertThat(gateway.runner.isUp()).isTrue();
    }
}
