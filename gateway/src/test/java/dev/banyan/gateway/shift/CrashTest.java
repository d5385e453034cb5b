package dev.banyan.gateway.shift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.store.StoreUnavailable;
import dev.banyan.rules.Analysis.OnFail.To;
import dev.banyan.rules.Gate;
import dev.banyan.rules.Severity;
import dev.banyan.rules.Stage;
import dev.banyan.rules.Standpoint;
import dev.banyan.rules.gate.Evidence;
import dev.banyan.rules.gate.Latencies;
import dev.banyan.rules.gate.Mismatches;
import dev.banyan.rules.gate.SideCounts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The leader dies at every write to the journal, before or after it is kept: the decisions are those of an undisturbed run. */
class CrashTest {

    /** The process ends here. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    private static OpenStore open;

    @TempDir
    private Path folder;

    @BeforeAll
    static void open() throws Exception {
        open = OpenStore.inMemory();
    }

    @AfterAll
    static void close() {
        open.close();
    }

    private static Plan plan(String route) {
        var analysis = Fixture.analysis(
                Fixture.onFail(To.PREVIOUS_STEP, 1),
                new Gate.MismatchRate(Severity.BEHAVIOURAL, 50),
                new Gate.ErrorRate(100, null));
        return Fixture.plan(
                route,
                List.of(
                        Fixture.SHADOW,
                        Fixture.ONE,
                        Fixture.live(2_500, Duration.ZERO, false),
                        Fixture.live(10_000, Duration.ofDays(1), false),
                        Fixture.COMPLETE),
                analysis);
    }

    /** What was decided, without the numbers and times that a crash in between may shift. */
    private static List<String> decisions(String route) throws StoreUnavailable {
        return open.shifts("reader", () -> Fixture.NOW).journal(route, 100).reversed().stream()
                .map(entry -> entry.after().generation() + "." + entry.after().number() + " " + entry.event() + " "
                        + entry.from() + " -> " + entry.after().state().word() + " at "
                        + (entry.after().state() instanceof ShiftState.OnSteps on
                                ? Head.told(on.at().standpoint())
                                : ""))
                .toList();
    }

    private static final List<String> EXPECTED = List.of(
            "1.1 begin - -> running at shadow",
            "1.2 pass running -> running at live 1%",
            "1.3 pass running -> running at live 25%",
            "1.4 fail running -> rolled-back at live 1%",
            "1.5 cooldown-over rolled-back -> running at live 1%",
            "1.6 pass running -> running at live 25%",
            "1.7 pass running -> running at live 100%",
            "1.8 rollback running -> rolled-back at off",
            "1.9 resume rolled-back -> running at shadow",
            "1.10 promote running -> running at live 1%");

    @Test
    void undisturbedRunDecidesAsExpected() throws Exception {
        assertThat(run("undisturbed", new int[0])).isEqualTo(EXPECTED);
    }

    static List<Integer> everyWrite() {
        return java.util.stream.IntStream.range(0, 2 * EXPECTED.size()).boxed().toList();
    }

    @ParameterizedTest
    @MethodSource("everyWrite")
    void killedAtOneWrite(int write) throws Exception {
        assertThat(run("write-" + write, new int[] {write})).isEqualTo(EXPECTED);
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void killedAtManyWritesBySeed(int seed) throws Exception {
        int[] writes = new Random(seed)
                .ints(5, 0, 2 * EXPECTED.size() + 10)
                .sorted()
                .distinct()
                .toArray();
        assertThat(run("seed-" + seed, writes)).isEqualTo(EXPECTED);
    }

    /** Runs a whole shift; a gateway dies at the given writes (2 n before, 2 n + 1 after the n-th is kept) and another follows. */
    private List<String> run(String route, int[] kills) throws Exception {
        Plan plan = plan(route);
        var clock = new ManualClock();
        var killer = new Killer(kills);
        int born = 0;
        Incarnation gateway = null;
        int decided = 0;
        for (int turn = 0; turn < 400 && decided < EXPECTED.size(); turn++) {
            if (gateway == null) {
                Path home = folder.resolve(route + born);
                var store = new HookedStore(open.shifts(route + "-" + born++, clock), (entry, append) -> {
                    // And not one of a run before, whose route is gone.
                    boolean own = entry.after().route().equals(route);
                    if (own) {
                        killer.maybe();
                    }
                    append.run();
                    if (own) {
                        killer.maybe();
                    }
                });
                gateway = new Incarnation(() -> List.of(plan), store, home, clock);
            }
            try {
                ask(gateway, route, decided, clock);
                gateway.runner.turn();
                clock.advance(Duration.ofMinutes(30));
                gateway.serve(route, traffic(gateway.standpoint(route), decided <= 3));
            } catch (Killed e) {
                gateway = null;
            }
            decided = decisions(route).size();
        }
        return decisions(route);
    }

    /** What a person asks, again and again until it is done, under one id. */
    private static void ask(Incarnation gateway, String route, int decided, ManualClock clock) {
        Command.Kind kind =
                switch (decided) {
                    case 7 -> Command.Kind.ROLLBACK;
                    case 8 -> Command.Kind.RESUME;
                    case 9 -> Command.Kind.PROMOTE;
                    default -> null;
                };
        if (kind != null && gateway.runner.isUp()) {
            var id = UUID.nameUUIDFromBytes((route + decided).getBytes(java.nio.charset.StandardCharsets.UTF_8));
            var answer = gateway.runner.ask(new Command(
                    id, route, kind, kind == Command.Kind.PROMOTE ? 0 : null, "ada", "a test", clock.instant(), null));
            assertThat(answer).as("a future for %s", kind).isNotNull();
        }
    }

    /** Enough for one look. The candidate fails often when it first gets a quarter. */
    private static Evidence traffic(Standpoint at, boolean first) {
        if (at.stage() == Stage.SHADOW) {
            return new Evidence(side(3_000, 0), side(3_000, 0), new Mismatches(3_000, 0, 0, 0));
        }
        long candidate = at.stage() == Stage.LIVE ? 300_000L * at.weight() / 10_000 : 0;
        long errors = first && at.weight() == 2_500 ? candidate / 10 : 0;
        return new Evidence(side(300_000 - candidate, 0), side(candidate, errors), new Mismatches(3_000, 0, 0, 0));
    }

    private static SideCounts side(long requests, long errors) {
        return new SideCounts(requests, errors, Latencies.NONE);
    }

    private static final class Killer {
        private final int[] at;
        private int writes;

        private Killer(int[] at) {
            this.at = at;
        }

        private void maybe() {
            int now = writes++;
            if (java.util.Arrays.stream(at).anyMatch(each -> each == now)) {
                throw new Killed();
            }
        }
    }
}
