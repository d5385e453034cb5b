package dev.banyan.gateway.shift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.store.Relay;
import dev.banyan.gateway.store.SharedPostgres;
import dev.banyan.rules.Analysis.OnFail.To;
import dev.banyan.rules.Gate;
import dev.banyan.rules.Stage;
import dev.banyan.rules.Standpoint;
import dev.banyan.rules.gate.Evidence;
import dev.banyan.rules.gate.Latencies;
import dev.banyan.rules.gate.Mismatches;
import dev.banyan.rules.gate.SideCounts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways and a PostgreSQL control store: sums, a change of leader, an outage of the store. */
class TwoGatewaysTest {

    private static final Plan PLAN = Fixture.plan(
            "browse",
            List.of(
                    Fixture.live(1_000, Duration.ZERO, false),
                    Fixture.live(2_500, Duration.ZERO, true),
                    Fixture.COMPLETE),
            Fixture.analysis(Fixture.onFail(To.BASELINE, 0), new Gate.ErrorRate(100, null)));

    private static final Standpoint TENTH = new Standpoint(Stage.LIVE, 1_000);
    private static final Standpoint QUARTER = new Standpoint(Stage.LIVE, 2_500);

    @TempDir
    private Path folder;

    private final ManualClock clock = new ManualClock();
    private Relay relay;
    private OpenStore firstStore;
    private OpenStore secondStore;
    private Incarnation first;
    private Incarnation second;

    @BeforeEach
    void startTwo() throws Exception {
        String database = SharedPostgres.newDatabase();
        relay = new Relay(SharedPostgres.port());
        relay.open();
        firstStore = OpenStore.postgres(relay.port(), database).leading();
        secondStore = OpenStore.postgres(SharedPostgres.port(), database);
        secondStore.leadership().start();
        first = gateway(firstStore, "first");
        second = gateway(secondStore, "second");
        OpenStore.await(
                "both at the first step",
                () -> first.standpoint("browse").equals(TENTH)
                        && second.standpoint("browse").equals(TENTH));
    }

    @AfterEach
    void stop() throws Exception {
        first.close();
        second.close();
        firstStore.close();
        secondStore.close();
        relay.close();
    }

    private Incarnation gateway(OpenStore store, String name) {
        var gateway = new Incarnation(() -> List.of(PLAN), store.shifts(name, clock), folder.resolve(name), clock);
        gateway.runner.start();
        return gateway;
    }

    private static Evidence traffic(long candidate) {
        return new Evidence(side(9 * candidate), side(candidate), Mismatches.NONE);
    }

    private static SideCounts side(long requests) {
        return new SideCounts(requests, 0, Latencies.NONE);
    }

    /** The journal, the newest first, without holds: whether there is one depends on when a gateway looks. */
    private List<Entry> journal() throws Exception {
        return secondStore.shifts("reader", clock).journal("browse", 10).stream()
                .filter(entry -> !entry.event().equals("inconclusive"))
                .toList();
    }

    private static Answer answer(CompletableFuture<Answer> answer) throws Exception {
        return answer.get(60, TimeUnit.SECONDS);
    }

    private Command command(Command.Kind kind) {
        return Fixture.command(kind);
    }

    @Test
    void countsAreSummedTheLeaderChangesAndAnOutageStopsOnlyTheWayUp() throws Exception {
        // Neither has seen enough alone.
        first.serve("browse", traffic(600));
        second.serve("browse", traffic(700));
        clock.advance(Duration.ofHours(1));
        OpenStore.await(
                "a quarter",
                () -> first.standpoint("browse").equals(QUARTER)
                        && second.standpoint("browse").equals(QUARTER));
        assertThat(journal().getFirst().judgement()).isNotNull().satisfies(judgement -> assertThat(
                        judgement.limits().getFirst().samples())
                .isEqualTo(1_300));

        // A person asks the one that does not lead.
        assertThat(answer(second.runner.ask(command(Command.Kind.PAUSE))).outcome())
                .isEqualTo(Answer.Outcome.DONE);
        assertThat(journal().getFirst().after().state()).isInstanceOf(ShiftState.Paused.class);

        // The leader is cut off: the other takes over, at the same step.
        relay.cut();
        OpenStore.await(
                "the second leads", () -> secondStore.leadership().epoch().isPresent());
        assertThat(second.standpoint("browse")).isEqualTo(QUARTER);
        assertThat(answer(second.runner.ask(command(Command.Kind.RESUME))).outcome())
                .isEqualTo(Answer.Outcome.DONE);

        // Cut off, the first goes on routing, goes back at once, and does not go up.
        OpenStore.await("the first knows", () -> !first.runner.isUp());
        assertThat(first.standpoint("browse")).isEqualTo(QUARTER);
        assertThat(answer(first.runner.ask(command(Command.Kind.PROMOTE))).outcome())
                .isEqualTo(Answer.Outcome.REFUSED);
        first.runner.tripped("browse", "10 errors of the candidate in a row");
        OpenStore.await("back at once", () -> first.standpoint("browse").equals(Standpoint.BASELINE));
        assertThat(second.standpoint("browse")).isEqualTo(QUARTER);

        // With the store back, what happened meanwhile is journalled, and holds for both.
        relay.open();
        OpenStore.await(
                "both back", () -> second.standpoint("browse").equals(Standpoint.BASELINE) && first.runner.isUp());
        Entry last = journal().getFirst();
        assertThat(last.event()).isEqualTo("trip");
        assertThat(last.words()).isEqualTo("live 25% -> off: 10 errors of the candidate in a row");
        assertThat(first.standpoint("browse")).isEqualTo(Standpoint.BASELINE);
        assertThat(journal()).hasSize(5);
    }

    @Test
    void gatewayThatStartsWhileTheStoreIsDownLeavesRoutesWhereTheyWereOrLower() throws Exception {
        relay.cut();
        OpenStore.await("the first knows", () -> !first.runner.isUp());
        assertThat(first.runner.ask(command(Command.Kind.FREEZE))).isNotDone();
        first.close();
        first = gateway(firstStore, "first");
        assertThat(first.standpoint("browse")).isEqualTo(TENTH);

        assertThat(first.runner.ask(command(Command.Kind.ROLLBACK))).isNotDone();
        assertThat(first.standpoint("browse")).isEqualTo(Standpoint.BASELINE);
        first.close();
        first = gateway(firstStore, "first");
        assertThat(first.standpoint("browse")).isEqualTo(Standpoint.BASELINE);

        relay.open();
        OpenStore.await(
                "both journalled",
                () -> second.standpoint("browse").equals(Standpoint.BASELINE)
                        && second.runner.heads().values().stream().anyMatch(Head::frozen));
        assertThat(journal().getFirst().by()).isEqualTo("ada");
    }
}
