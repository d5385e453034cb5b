package dev.banyan.gateway.shift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.Analysis;
import dev.banyan.rules.Stage;
import dev.banyan.rules.Standpoint;
import dev.banyan.rules.Step;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How soon a roll-back holds: at once where it was asked, and with one turn each of the leader and of every other gateway. */
class RollBackTest {

    private static final Standpoint EVERYBODY = new Standpoint(Stage.LIVE, 10_000);
    private static final Plan PLAN = Fixture.byHand(EVERYBODY, Fixture.KEYS);

    private static final List<String> TABLES = List.of("shift_head", "shift_journal", "shift_command");

    @TempDir
    private Path folder;

    @Test
    void itHoldsAtOnceWhereItIsAskedAndWithTheNextTurnOfTheLeaderAndOfEveryOtherGateway() throws Exception {
        var clock = new ManualClock();
        try (var open = OpenStore.inMemory()) {
            var leader = new Incarnation(() -> List.of(PLAN), open.shifts("leader", clock), folder.resolve("a"), clock);
            var asked = new Incarnation(() -> List.of(PLAN), open.shifts("asked", clock), folder.resolve("b"), clock);
            var third = new Incarnation(() -> List.of(PLAN), open.shifts("third", clock), folder.resolve("c"), clock);
            for (Incarnation each : List.of(leader, asked, third)) {
                assertThat(each.runner.standpoint(PLAN)).isEqualTo(EVERYBODY);
            }

            assertThat(asked.runner.ask(Fixture.command(Command.Kind.ROLLBACK))).isNotDone();
            assertThat(asked.standpoint("browse")).as("at once").isEqualTo(Standpoint.BASELINE);
            assertThat(leader.runner.standpoint(PLAN)).isEqualTo(EVERYBODY);

            asked.runner.turn(); // hands the command on; asking has woken it
            leader.runner.turn();
            third.runner.turn();
            assertThat(leader.standpoint("browse")).isEqualTo(Standpoint.BASELINE);
            assertThat(third.standpoint("browse")).isEqualTo(Standpoint.BASELINE);

            var started = new Incarnation(() -> List.of(PLAN), open.shifts("d", clock), folder.resolve("d"), clock);
            assertThat(started.runner.standpoint(PLAN)).isEqualTo(EVERYBODY);
            started.runner.catchUp();
            assertThat(started.standpoint("browse"))
                    .as("before it serves, although it has no copy")
                    .isEqualTo(Standpoint.BASELINE);
        }
        // The leader's turn and, after it, that of another gateway.
        assertThat(ShiftRunner.TICK.multipliedBy(2)).isLessThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void itHoldsWhereItWasAskedAlthoughTheLeadersRulesLackTheRoute() throws Exception {
        var clock = new ManualClock();
        var leaders = new AtomicReference<Collection<Plan>>(List.of());
        try (var open = OpenStore.inMemory()) {
            var leader = new Incarnation(leaders::get, open.shifts("leader", clock), folder.resolve("a"), clock);
            var asked = new Incarnation(
                    () -> List.of(PLAN), following(open.shifts("asked", clock)), folder.resolve("b"), clock);
            asked.runner.catchUp();
            var answer = asked.runner.ask(Fixture.command(Command.Kind.ROLLBACK));
            asked.runner.turn();
            leader.runner.turn();
            asked.runner.turn();
            assertThat(answer).isNotDone();
            assertThat(asked.standpoint("browse")).isEqualTo(Standpoint.BASELINE);

            var restarted = new Incarnation(
                    () -> List.of(PLAN), following(open.shifts("asked", clock)), folder.resolve("b"), clock);
            restarted.runner.catchUp();
            assertThat(restarted.runner.standpoint(PLAN)).isEqualTo(Standpoint.BASELINE);

            leaders.set(List.of(PLAN));
            leader.runner.turn();
            asked.runner.turn();
            assertThat(answer.get().outcome()).isEqualTo(Answer.Outcome.DONE);
            assertThat(leader.standpoint("browse")).isEqualTo(Standpoint.BASELINE);

            leaders.set(List.of());
            var forgotten = asked.runner.ask(Fixture.command(Command.Kind.ROLLBACK));
            asked.runner.turn();
            clock.advance(Duration.ofDays(8));
            leader.runner.turn();
            asked.runner.turn();
            assertThat(forgotten.get().words()).contains("no route browse");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Command.Kind.class,
            names = {"ROLLBACK", "TRIP"})
    void itHoldsForAFileThatTheLeaderReadsLaterUntilThatIsEdited(Command.Kind kind) throws Exception {
        var clock = new ManualClock();
        Plan behind = Fixture.byHand(new Standpoint(Stage.SHADOW, 0), Fixture.KEYS);
        Plan newer = Fixture.byHand(EVERYBODY, new PlanKeys("another", "judged", "steps", "newer"));
        Plan newest = Fixture.byHand(EVERYBODY, new PlanKeys("another", "judged", "steps", "newest"));
        var leaders = new AtomicReference<Collection<Plan>>(List.of(behind));
        var askeds = new AtomicReference<Collection<Plan>>(List.of(newer));
        try (var open = OpenStore.inMemory()) {
            var leader = new Incarnation(leaders::get, open.shifts("leader", clock), folder.resolve("a"), clock);
            var asked =
                    new Incarnation(askeds::get, following(open.shifts("asked", clock)), folder.resolve("b"), clock);
            var answer = asked.runner.ask(Fixture.command(kind));
            turn(asked, leader, asked);
            assertThat(answer.get().outcome()).isEqualTo(Answer.Outcome.DONE);
            assertThat(asked.runner.standpoint(newer)).isEqualTo(Standpoint.BASELINE);
            assertThat(leader.runner.standpoint(behind)).isEqualTo(Standpoint.BASELINE);

            leaders.set(List.of(newer));
            turn(leader, asked);
            assertThat(leader.runner.standpoint(newer)).isEqualTo(Standpoint.BASELINE);
            assertThat(asked.runner.standpoint(newer)).isEqualTo(Standpoint.BASELINE);

            askeds.set(List.of(newest)); // as its file says, and the leader takes it for rolled back
            assertThat(asked.runner.standpoint(newest)).isEqualTo(EVERYBODY);
            var again = asked.runner.ask(Fixture.command(kind));
            turn(asked, leader, asked);
            assertThat(again.get().outcome()).isEqualTo(Answer.Outcome.DONE);
            assertThat(asked.runner.standpoint(newest)).isEqualTo(Standpoint.BASELINE);

            Plan mended = Fixture.byHand(EVERYBODY, new PlanKeys("another", "judged", "steps", "mended"));
            leaders.set(List.of(mended));
            askeds.set(List.of(mended));
            turn(leader, asked);
            assertThat(leader.runner.standpoint(mended)).isEqualTo(EVERYBODY);
            assertThat(asked.runner.standpoint(mended)).isEqualTo(EVERYBODY);
        }
    }

    /** One of two gateways that know different files has the route at complete: a person takes it down, a trip-wire does not. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTripWireBringsNobodyBackFromCompleteWhereverItGoesOff(boolean completeWhereItGoesOff) throws Exception {
        var clock = new ManualClock();
        Plan live = Fixture.byHand(EVERYBODY, Fixture.KEYS);
        Plan complete =
                Fixture.byHand(new Standpoint(Stage.COMPLETE, 0), new PlanKeys("another", "judged", "steps", "newer"));
        Plan first = completeWhereItGoesOff ? live : complete;
        Plan here = completeWhereItGoesOff ? complete : live;
        var leaders = new AtomicReference<Collection<Plan>>(List.of(first));
        var askeds = new AtomicReference<Collection<Plan>>(List.of(here));
        try (var open = OpenStore.inMemory()) {
            var leader = new Incarnation(leaders::get, open.shifts("leader", clock), folder.resolve("a"), clock);
            var asked =
                    new Incarnation(askeds::get, following(open.shifts("asked", clock)), folder.resolve("b"), clock);
            var answer = asked.runner.ask(Fixture.command(Command.Kind.TRIP));
            turn(asked, leader, asked);
            assertThat(answer.get().outcome())
                    .isEqualTo(completeWhereItGoesOff ? Answer.Outcome.DONE : Answer.Outcome.SAME);
            leaders.set(List.of(complete));
            askeds.set(List.of(complete));
            turn(leader, asked);
            assertThat(leader.runner.standpoint(complete)).isEqualTo(complete.file());
            assertThat(asked.runner.standpoint(complete)).isEqualTo(complete.file());

            var _ = asked.runner.ask(Fixture.command(Command.Kind.ROLLBACK));
            turn(asked, leader, asked);
            assertThat(leader.runner.standpoint(complete)).isEqualTo(Standpoint.BASELINE);
            assertThat(asked.runner.standpoint(complete)).isEqualTo(Standpoint.BASELINE);
        }
    }

    private static void turn(Incarnation... each) {
        for (Incarnation incarnation : each) {
            incarnation.runner.turn();
        }
    }

    /** What a table lacks, or has damaged, is one route's matter. */
    @ParameterizedTest
    @ValueSource(strings = {"DELETE FROM shift_head WHERE route = 'browse'", "UPDATE shift_head SET head = '{'"})
    void itHoldsWhenItsRowIsLostAndIsWrittenAnewByItsJournal(String damage) throws Exception {
        var clock = new ManualClock();
        Plan steps = Fixture.plan("steps", List.of(Fixture.live(1_000, Duration.ofHours(1), false)), null);
        try (var open = OpenStore.inMemory()) {
            ShiftStore store = open.shifts("leader", clock);
            var leader = new Incarnation(() -> List.of(PLAN, steps), store, folder.resolve("a"), clock);
            leader.runner.turn();
            var answer = leader.runner.ask(Fixture.command(Command.Kind.ROLLBACK));
            leader.runner.turn();
            assertThat(answer.get().outcome()).isEqualTo(Answer.Outcome.DONE);
            Head head = Objects.requireNonNull(leader.runner.heads().get("browse"));

            change(open, damage);
            var following = new Incarnation(() -> List.of(PLAN), following(store), folder.resolve("a"), clock);
            following.runner.catchUp();
            assertThat(following.runner.standpoint(PLAN)).isEqualTo(Standpoint.BASELINE);
            following.runner.turn();
            assertThat(store.unanswered()).as("its journal has it").isEmpty();

            var next = new Incarnation(() -> List.of(PLAN, steps), store, folder.resolve("a"), clock);
            next.runner.turn();
            assertThat(store.heads().get("browse"))
                    .isEqualTo(Edits.restored(head, clock.instant()).after());
            assertThat(store.heads()).containsKey("steps");
            var pause = next.runner.ask(new Command(
                    UUID.randomUUID(), "steps", Command.Kind.PAUSE, null, "ada", "a test", clock.instant(), null));
            next.runner.turn();
            assertThat(pause.get().outcome()).isEqualTo(Answer.Outcome.DONE);
        }
    }

    /** A backup that was put back, or a copy that lagged and took over, knows nothing of what was answered last. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void itHoldsWhenTheStoreGoesBackBehindIt(boolean byTheLeader) throws Exception {
        var clock = new ManualClock();
        Step tenth = Fixture.live(1_000, Duration.ofMinutes(1), false);
        Plan steps = Fixture.plan("steps", List.of(tenth, Fixture.ALL), null);
        Plan paused = Fixture.plan("paused", List.of(tenth, Fixture.ALL), null);
        Plan frozen = Fixture.plan("frozen", List.of(tenth, Fixture.ALL), null);
        var plans = List.of(PLAN, steps, paused, frozen);
        try (var open = OpenStore.inMemory()) {
            ShiftStore store = open.shifts("leader", clock);
            var leader = new Incarnation(() -> plans, store, folder.resolve("a"), clock);
            var other = new Incarnation(() -> plans, following(open.shifts("b", clock)), folder.resolve("b"), clock);
            turn(leader, other);
            for (String table : TABLES) {
                change(open, "CREATE TABLE before_" + table + " AS SELECT * FROM " + table);
            }
            var asked = List.of(
                    other.runner.ask(Fixture.command(Command.Kind.ROLLBACK)),
                    other.runner.ask(Fixture.command("steps", Command.Kind.ROLLBACK)),
                    other.runner.ask(Fixture.command("paused", Command.Kind.PAUSE)),
                    other.runner.ask(Fixture.command("frozen", Command.Kind.FREEZE)),
                    other.runner.ask(Fixture.command(Plan.ALL, Command.Kind.FREEZE)));
            turn(other, leader, other);
            for (var answer : asked) {
                assertThat(answer.get().outcome()).isEqualTo(Answer.Outcome.DONE);
            }

            for (String table : TABLES) {
                change(open, "DELETE FROM " + table);
                change(open, "INSERT INTO " + table + " SELECT * FROM before_" + table);
            }
            clock.advance(Duration.ofHours(1)); // each of them is due
            var leads = byTheLeader ? leader : new Incarnation(() -> plans, store, folder.resolve("c"), clock);
            var knows = byTheLeader ? leader : other;
            turn(knows);
            assertThat(knows.runner.standpoint(PLAN)).isEqualTo(Standpoint.BASELINE);
            assertThat(knows.runner.standpoint(steps)).isEqualTo(Standpoint.BASELINE);
            turn(knows, leads, knows);
            assertThat(leads.runner.standpoint(PLAN)).isEqualTo(Standpoint.BASELINE);
            assertThat(leads.runner.standpoint(steps)).isEqualTo(Standpoint.BASELINE);
            assertThat(leads.runner.standpoint(paused)).isEqualTo(steps.standpointOf(0));
            assertThat(leads.runner.standpoint(frozen)).isEqualTo(steps.standpointOf(0));
            assertThat(Objects.requireNonNull(store.heads().get(Plan.ALL)).frozen())
                    .isTrue();
            assertThat(store.journal("browse", 1).getFirst().reason()).startsWith("the control store went back from");

            int entries = store.journal("steps", 100).size();
            turn(knows, leads, knows, leads);
            assertThat(store.journal("steps", 100)).hasSize(entries);
        }
    }

    @Test
    void aStateIsLostInWhatIsOlderOrAnotherOfTheSameNumber() {
        Plan steps = Fixture.plan(Fixture.onFail(Analysis.OnFail.To.PREVIOUS_STEP, 0));
        Head one = Fixture.head(new ShiftState.RolledBack(Fixture.at(steps, 1), Fixture.NOW, null));
        Head quarter = Fixture.head(new ShiftState.Running(Fixture.at(steps, 2)));
        assertThat(one.saferThan(quarter, steps)).containsExactly(Command.Kind.ROLLBACK);
        assertThat(quarter.saferThan(one, steps)).isEmpty();
        Head known = Fixture.head(new ShiftState.ByHand(Fixture.NOW));
        assertThat(known.isLostIn(null)).isTrue();
        assertThat(known.isLostIn(Fixture.head(new ShiftState.Stopped(Fixture.NOW))))
                .isTrue();
        assertThat(known.isLostIn(new Head("browse", 1, 6, Fixture.KEYS, known.state(), false)))
                .isTrue();
        assertThat(known.isLostIn(new Head("browse", 0, 9, Fixture.KEYS, known.state(), false)))
                .isTrue();
        assertThat(known.isLostIn(Fixture.head(new ShiftState.ByHand(Fixture.NOW))))
                .isFalse();
        assertThat(known.isLostIn(new Head("browse", 1, 8, Fixture.KEYS, known.state(), true)))
                .isFalse();
        assertThat(known.isLostIn(new Head("browse", 2, 1, Fixture.KEYS, known.state(), true)))
                .isFalse();
    }

    private static void change(OpenStore open, String sql) throws Exception {
        open.store().transaction("of a test", connection -> {
            try (var statement = connection.createStatement()) {
                return statement.executeUpdate(sql);
            }
        });
    }

    @Test
    void itIsFollowedAfterAnErrorOfATurn() throws Exception {
        var clock = new ManualClock();
        var fails = new AtomicBoolean();
        try (var open = OpenStore.inMemory()) {
            var leader = new Incarnation(() -> List.of(PLAN), open.shifts("leader", clock), folder.resolve("a"), clock);
            try (var follower = new Incarnation(
                    () -> {
                        if (fails.getAndSet(false)) {
                            throw new OutOfMemoryError("of a test");
                        }
                        return List.of(PLAN);
                    },
                    following(open.shifts("follower", clock)),
                    folder.resolve("b"),
                    clock)) {
                fails.set(true);
                follower.runner.start();
                OpenStore.await("an error", () -> !fails.get());
                var _ = leader.runner.ask(Fixture.command(Command.Kind.ROLLBACK));
                leader.runner.turn();
                OpenStore.await(
                        "followed",
                        () -> follower.standpoint("browse").equals(Standpoint.BASELINE)
                                && follower.runner.heads().containsKey("browse"));
                assertThat(follower.runner.unreadSeconds()).isLessThan(60);
            }
        }
    }

    @Test
    void itIsTriedAgainAndNobodyHearsOfItBeforeWhereItCouldNotComeIntoForce() throws Exception {
        var clock = new ManualClock();
        try (var open = OpenStore.inMemory()) {
            var leader = new Incarnation(() -> List.of(PLAN), open.shifts("leader", clock), folder.resolve("a"), clock);
            var asked = new Incarnation(
                    () -> List.of(PLAN), following(open.shifts("asked", clock)), folder.resolve("b"), clock);
            asked.fails.set(true);
            var rolledBack = asked.runner.ask(Fixture.command(Command.Kind.ROLLBACK));
            assertThat(asked.standpoints).isEmpty();
            assertThat(new LocalCopy(folder.resolve("b")).load().commands()).hasSize(1);
            asked.runner.turn();
            assertThat(asked.standpoints).containsEntry("browse", Standpoint.BASELINE);
            turn(leader, asked);
            assertThat(rolledBack).isDone();

            var answer = asked.runner.ask(Fixture.command(Command.Kind.RESUME));
            turn(asked, leader);
            asked.fails.set(true);
            turn(asked);
            assertThat(answer).isNotDone();
            turn(asked);
            assertThat(answer).isCompletedWithValueMatching(each -> each.outcome() == Answer.Outcome.DONE);
            assertThat(asked.standpoints).isEmpty();
        }
    }

    @Test
    void itIsFollowedAlthoughAnotherRoutesStateAndJournalCannotBeRead() throws Exception {
        var clock = new ManualClock();
        Plan steps = Fixture.plan("steps", List.of(Fixture.live(1_000, Duration.ofHours(1), false)), null);
        var plans = List.of(PLAN, steps);
        try (var open = OpenStore.inMemory()) {
            ShiftStore store = open.shifts("leader", clock);
            var leader = new Incarnation(() -> plans, store, folder.resolve("a"), clock);
            var follower = new Incarnation(() -> plans, following(store), folder.resolve("b"), clock);
            var _ = leader.runner.ask(Fixture.command(Command.Kind.ROLLBACK));
            turn(leader, follower);
            change(open, "UPDATE shift_head SET head = '{' WHERE route = 'browse'");
            change(open, "UPDATE shift_journal SET entry = '{' WHERE route = 'browse' AND number = 2");
            var answer = leader.runner.ask(Fixture.command("steps", Command.Kind.ROLLBACK));
            turn(leader, follower);
            assertThat(answer).isCompletedWithValueMatching(each -> each.outcome() == Answer.Outcome.DONE);
            assertThat(follower.standpoint("steps")).isEqualTo(Standpoint.BASELINE);
            assertThat(follower.runner.standpoint(PLAN)).as("as it was known").isEqualTo(Standpoint.BASELINE);
            assertThat(store.unanswered()).as("asked for again").isEmpty();
            assertThat(store.journal("browse", 10))
                    .extracting(entry -> entry.after().number())
                    .containsExactly(1L);
        }
    }

    /** A push of many new routes is many transactions. */
    @Test
    void itWaitsNeitherForEditsOfOtherRoutesNorGoesAheadOfWhatWasAskedBefore() throws Exception {
        var clock = new ManualClock();
        List<Plan> plans = new ArrayList<>();
        for (int i = 0; i < 2 * Lead.EDITS_MAX + 10; i++) {
            plans.add(Fixture.plan("r" + i, List.of(Fixture.live(1_000, Duration.ofHours(1), false)), null));
        }
        String last = plans.getLast().route();
        try (var open = OpenStore.inMemory()) {
            ShiftStore store = open.shifts("leader", clock);
            var leader = new Incarnation(() -> plans, store, folder, clock);
            leader.runner.catchUp();
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (Command.Kind kind : List.of(Command.Kind.ROLLBACK, Command.Kind.RESUME, Command.Kind.ROLLBACK)) {
                clock.advance(Duration.ofSeconds(1));
                var command = new Command(UUID.randomUUID(), last, kind, null, "ada", "a test", clock.instant(), null);
                answers.add(leader.runner.ask(command));
            }
            leader.runner.turn();
            assertThat(leader.announced.subList(0, 4))
                    .extracting(entry -> entry.after().route() + " " + entry.event())
                    .containsExactly(last + " begin", last + " rollback", last + " resume", last + " rollback");
            assertThat(answers).allSatisfy(answer -> assertThat(answer).isDone());
            assertThat(store.heads()).hasSize(1 + Lead.EDITS_MAX);
            turn(leader, leader);
            assertThat(store.heads()).hasSize(plans.size());
        }
    }

    @Test
    void allRoutesAreFrozenForWhatIsAskedAfterwards() throws Exception {
        var clock = new ManualClock();
        Plan steps = Fixture.plan("browse", List.of(Fixture.live(1_000, Duration.ofHours(1), false)), null);
        try (var open = OpenStore.inMemory()) {
            List<Plan> plans = List.of(steps);
            var leader = new Incarnation(() -> plans, open.shifts("leader", clock), folder, clock);
            leader.runner.catchUp();
            leader.runner.turn();
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (Map.Entry<String, Command.Kind> each : List.of(
                    Map.entry(Plan.ALL, Command.Kind.FREEZE),
                    Map.entry("browse", Command.Kind.ROLLBACK),
                    Map.entry("browse", Command.Kind.RESUME))) {
                clock.advance(Duration.ofSeconds(1));
                answers.add(leader.runner.ask(new Command(
                        UUID.randomUUID(),
                        each.getKey(),
                        each.getValue(),
                        null,
                        "ada",
                        "a test",
                        clock.instant(),
                        null)));
            }
            leader.runner.turn();
            assertThat(answers)
                    .extracting(answer -> answer.get().outcome())
                    .containsExactly(Answer.Outcome.DONE, Answer.Outcome.DONE, Answer.Outcome.REFUSED);
            assertThat(leader.runner.standpoint(steps)).isEqualTo(Standpoint.BASELINE);
        }
    }

    /** Requests are served by newer rules than those of the last turn. */
    @Test
    void aTripWireUnderRulesThatNoTurnHasSeenIsAskedFor() throws Exception {
        var clock = new ManualClock();
        Plan judged = Fixture.plan(Fixture.onFail(Analysis.OnFail.To.BASELINE, 0));
        Plan off = hand(Standpoint.BASELINE, judged);
        Plan live = hand(EVERYBODY, judged);
        var plans = new AtomicReference<Collection<Plan>>(List.of(off));
        try (var open = OpenStore.inMemory()) {
            var gateway = new Incarnation(plans::get, open.shifts("leader", clock), folder, clock);
            gateway.runner.turn();
            plans.set(List.of(live));
            gateway.runner.tripped("browse", "10 errors of the candidate in a row");
            OpenStore.await("rolled back", () -> gateway.runner.standpoint(live).equals(Standpoint.BASELINE));
        }
    }

    private static Plan hand(Standpoint file, Plan judged) {
        return new Plan("browse", Plan.Drive.HAND, List.of(), judged.analysis(), file, true, false, Fixture.KEYS);
    }

    @Test
    void answersThatCannotBeReadKeepNoHeadFromBeingFollowed() throws Exception {
        var clock = new ManualClock();
        List<Plan> plans = List.of(PLAN);
        try (var open = OpenStore.inMemory()) {
            var leader = new Incarnation(() -> plans, open.shifts("leader", clock), folder.resolve("a"), clock);
            ShiftStore real = following(open.shifts("asked", clock));
            var newer = (ShiftStore) Proxy.newProxyInstance(
                    ShiftStore.class.getClassLoader(), new Class<?>[] {ShiftStore.class}, (_, method, arguments) -> {
                        if (method.getName().equals("answers")) {
                            throw new IllegalArgumentException("an outcome of a newer build");
                        }
                        return method.invoke(real, arguments);
                    });
            var follower = new Incarnation(() -> plans, newer, folder.resolve("b"), clock);
            var _ = leader.runner.ask(Fixture.command(Command.Kind.ROLLBACK));
            turn(leader, follower);
            assertThat(follower.runner.standpoint(PLAN)).isEqualTo(Standpoint.BASELINE);
        }
    }

    /** Its candidate fails on and on, and nothing leads back. */
    @Test
    void aTripWireAtCompleteAsksForNothing() throws Exception {
        var clock = new ManualClock();
        Plan judged = Fixture.plan(Fixture.onFail(Analysis.OnFail.To.BASELINE, 0));
        Plan complete = Fixture.plan("browse", List.of(Fixture.COMPLETE), judged.analysis());
        try (var open = OpenStore.inMemory()) {
            ShiftStore store = open.shifts("leader", clock);
            List<Plan> plans = List.of(complete);
            var leader = new Incarnation(() -> plans, store, folder, clock);
            leader.runner.turn();
            for (int i = 0; i < 10; i++) {
                leader.runner.tripped("browse", "10 errors of the candidate in a row");
                leader.runner.turn();
            }
            assertThat(leader.runner.standpoint(complete)).isEqualTo(complete.standpointOf(0));
            assertThat(open.store().<Integer>transaction("of a test", connection -> {
                        try (var rows =
                                connection.createStatement().executeQuery("SELECT count(*) FROM shift_command")) {
                            return rows.next() ? rows.getInt(1) : -1;
                        }
                    }))
                    .isZero();
        }
    }

    @Test
    void aRouteThatThereIsNotIsNotRolledBackHere() throws Exception {
        try (var open = OpenStore.inMemory()) {
            var clock = new ManualClock();
            var asked = new Incarnation(() -> List.of(PLAN), open.shifts("asked", clock), folder, clock);
            var command = new Command(
                    UUID.randomUUID(), "brwose", Command.Kind.ROLLBACK, null, "ada", "a test", clock.instant(), null);
            assertThat(asked.runner.ask(command).getNow(null))
                    .isEqualTo(new Answer(
                            command.id(), Answer.Outcome.REFUSED, "no route brwose in the rules of this gateway"));
        }
    }

    /** The same store for a gateway that does not lead. */
    private static ShiftStore following(ShiftStore real) {
        return (ShiftStore) Proxy.newProxyInstance(
                ShiftStore.class.getClassLoader(),
                new Class<?>[] {ShiftStore.class},
                (_, method, arguments) -> method.getName().equals("leads") ? false : method.invoke(real, arguments));
    }
}
