package dev.banyan.gateway.shift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.gateway.store.NotLeader;
import dev.banyan.gateway.store.SharedPostgres;
import dev.banyan.gateway.store.StoreUnavailable;
import dev.banyan.rules.Analysis.OnFail.To;
import dev.banyan.rules.gate.Evidence;
import dev.banyan.rules.gate.Judgement;
import dev.banyan.rules.gate.Latencies;
import dev.banyan.rules.gate.LimitResult;
import dev.banyan.rules.gate.Mismatches;
import dev.banyan.rules.gate.SideCounts;
import dev.banyan.rules.gate.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The journal, commands and counts, in H2 and in PostgreSQL. */
class JdbcShiftStoreTest {

    private static final Plan PLAN = Fixture.plan(Fixture.onFail(To.BASELINE, 0));
    private static final InstantSource CLOCK = InstantSource.fixed(Fixture.NOW);

    private static OpenStore h2;
    private static OpenStore postgres;

    @BeforeAll
    static void open() throws Exception {
        h2 = OpenStore.inMemory();
        postgres = OpenStore.postgres(SharedPostgres.port(), SharedPostgres.newDatabase())
                .leading();
    }

    @AfterAll
    static void close() {
        h2.close();
        postgres.close();
    }

    private static OpenStore open(String kind) {
        return kind.equals("h2") ? h2 : postgres;
    }

    private static Plan named(String route) {
        return Fixture.plan(route, PLAN.steps(), PLAN.analysis());
    }

    private static Evidence evidence(long requests) {
        return new Evidence(
                new SideCounts(requests, 1, Latencies.of(Duration.ofMillis(20), requests)),
                new SideCounts(requests / 2, 0, Latencies.of(Duration.ofMillis(30), requests / 2)),
                new Mismatches(requests, 1, 2, 3, 4));
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgres"})
    void journalTakesEachEntryOnceAndInOrder(String kind) throws Exception {
        JdbcShiftStore store = open(kind).shifts("one", CLOCK);
        Entry first = Edits.begin(named("journal"), null, false, Fixture.NOW);
        var judgement = new Judgement(
                Verdict.PASS, List.of(new LimitResult("errorRate", Verdict.PASS, 0.1, 0.2, 7, "words")), "all kept");
        Entry second = ((Result.Moves) Transitions.next(
                        first.after(), new ShiftEvent.Judged(judgement), named("journal"), false, Fixture.NOW))
                .entry();
        store.append(first, null);
        assertThatThrownBy(() -> store.append(first, null)).isInstanceOf(StoreUnavailable.class);
        store.append(second, null);
        assertThatThrownBy(() -> store.append(second, null)).isInstanceOf(StoreUnavailable.class);
        assertThat(store.heads()).containsEntry("journal", second.after());
        assertThat(store.journal("journal", 10)).containsExactly(second, first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgres"})
    void aHeadThatIsLostGoesOnWhereTheJournalEndsAndNowhereElse(String kind) throws Exception {
        JdbcShiftStore store = open(kind).shifts("one", CLOCK);
        Entry first = Edits.begin(named("lost"), null, false, Fixture.NOW);
        Entry second = Edits.restored(first.after(), Fixture.NOW);
        store.append(first, null);
        open(kind).store().transaction("of a test", connection -> {
            try (var statement = connection.createStatement()) {
                return statement.executeUpdate("DELETE FROM shift_head WHERE route = 'lost'");
            }
        });
        assertThatThrownBy(() -> store.append(first, null))
                .isInstanceOfSatisfying(
                        StoreUnavailable.class, e -> assertThat(e.isRefusal()).isTrue());
        Entry tooFar = Edits.restored(second.after(), Fixture.NOW);
        assertThatThrownBy(() -> store.append(tooFar, null)).isInstanceOf(StoreUnavailable.class);
        store.append(second, null);
        assertThat(store.heads()).containsEntry("lost", second.after());
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgres"})
    void everyStateIsReadBackAsItWas(String kind) throws Exception {
        JdbcShiftStore store = open(kind).shifts("one", CLOCK);
        At at = new At(2, PLAN.standpointOf(2), Fixture.NOW, 5, Fixture.NOW, 3L, 1);
        List<ShiftState> states = List.of(
                new ShiftState.Running(at),
                new ShiftState.Holding(at, Fixture.NOW),
                new ShiftState.Waiting(at, Fixture.NOW),
                new ShiftState.Paused(at, Fixture.NOW, true),
                new ShiftState.RolledBack(at, Fixture.NOW, Fixture.NOW),
                new ShiftState.RolledBack(at, Fixture.NOW, null),
                new ShiftState.Done(at, Fixture.NOW),
                new ShiftState.Stopped(Fixture.NOW),
                new ShiftState.ByHand(Fixture.NOW),
                new ShiftState.Capped(Fixture.NOW, null));
        long number = 0;
        for (ShiftState state : states) {
            var head = new Head("states", 1, ++number, Fixture.KEYS, state, true);
            store.append(new Entry(head, Fixture.NOW, "test", "-", "words", null, "ada", "why"), null);
            assertThat(store.heads()).containsEntry("states", head);
        }
    }

    /** All gateways that know of what a store has lost ask for it under one id. */
    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgres"})
    void twoGatewaysAskTheSameAtOnce(String kind) throws Exception {
        JdbcShiftStore store = open(kind).shifts("one", CLOCK);
        var together = new CyclicBarrier(2);
        List<Command> commands = Stream.generate(() -> Fixture.command(Command.Kind.PAUSE))
                .limit(50)
                .toList();
        Callable<Void> asking = () -> {
            for (Command each : commands) {
                together.await();
                store.ask(each);
            }
            return null;
        };
        try (var threads = Executors.newFixedThreadPool(2)) {
            for (var asked : threads.invokeAll(List.of(asking, asking), 2, TimeUnit.MINUTES)) {
                asked.get();
            }
        }
        assertThat(store.unanswered()).containsAll(commands);
        for (Command each : commands) {
            store.answer(new Answer(each.id(), Answer.Outcome.SAME, "of a test"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgres"})
    void commandIsAskedOnceAndAnsweredOnce(String kind) throws Exception {
        JdbcShiftStore store = open(kind).shifts("one", CLOCK);
        Command command = Fixture.command(Command.Kind.PAUSE);
        store.ask(command);
        store.ask(command);
        assertThat(store.unanswered()).containsExactly(command);
        assertThat(store.answers(Set.of(command.id()))).isEmpty();
        var answer = new Answer(command.id(), Answer.Outcome.SAME, "paused already");
        store.answer(answer);
        store.answer(new Answer(command.id(), Answer.Outcome.REFUSED, "too late"));
        assertThat(store.answers(Set.of(command.id()))).containsExactly(answer);
        assertThat(store.unanswered()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgres"})
    void countsOfAllGatewaysAreSummedAndNoneTwice(String kind) throws Exception {
        OpenStore open = open(kind);
        var window = new WindowKey("sums", 1, 1);
        var old = new WindowKey("sums", 1, 0);
        JdbcShiftStore one = open.shifts("one", CLOCK);
        JdbcShiftStore two = open.shifts("two", CLOCK);
        one.publish(Map.of(window, evidence(100), old, evidence(9)));
        one.publish(Map.of(window, evidence(300)));
        one.publish(Map.of(window, evidence(300)));
        two.publish(Map.of(window, evidence(50)));
        assertThat(one.sums(List.of(window, new WindowKey("sums", 2, 1))))
                .containsExactly(Map.entry(window, evidence(300).plus(evidence(50))));
        one.forgetAllBut(List.of(window));
        assertThat(one.sums(List.of(window, old))).containsOnlyKeys(window);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgres"})
    void commandThatTheStoreNeverTakesAndRouteThatCannotBeJudgedStopNoOther(String kind) throws Exception {
        JdbcShiftStore store = open(kind).shifts("one", CLOCK);
        List<Plan> plans = List.of(named("lead-1"), Fixture.plan("lead-2", PLAN.steps(), null));
        var bad = command("lead-1", "nul \0", Fixture.NOW.minusSeconds(1));
        var good = command("lead-1", "a test", Fixture.NOW);
        store.ask(bad);
        store.ask(good);
        var lead = new Lead(
                store,
                _ -> {},
                plan -> {
                    throw new IllegalStateException("of a test: " + plan.route());
                },
                CLOCK);
        lead.turn(plans, Map.of());
        assertThat(store.unanswered()).isEmpty();
        var outcomes = kind.equals("h2")
                ? List.of(Answer.Outcome.DONE, Answer.Outcome.SAME)
                : List.of(Answer.Outcome.REFUSED, Answer.Outcome.DONE);
        assertThat(store.answers(List.of(bad.id(), good.id())))
                .extracting(Answer::outcome)
                .isEqualTo(outcomes);
        assertThat(store.heads())
                .hasEntrySatisfying("lead-1", head -> assertThat(head.frozen()).isTrue());
        assertThat(store.heads()).hasEntrySatisfying("lead-2", head -> assertThat(head.standpoint(plans.get(1)))
                .isEqualTo(PLAN.standpointOf(1)));
    }

    private static Command command(String route, String reason, Instant at) {
        return new Command(UUID.randomUUID(), route, Command.Kind.FREEZE, null, "ada", reason, at, null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgres"})
    void onlyTheLeaderWrites(String kind) {
        OpenStore open = open(kind);
        var follower = new OpenStore(open.store(), new dev.banyan.gateway.store.Leadership(open.store()));
        JdbcShiftStore store = follower.shifts("other", CLOCK);
        assertThat(store.leads()).isFalse();
        assertThatThrownBy(() -> store.append(Edits.begin(named("fenced"), null, false, Fixture.NOW), null))
                .isInstanceOf(NotLeader.class);
        assertThatThrownBy(() -> store.forgetAllBut(List.of())).isInstanceOf(NotLeader.class);
    }
}
