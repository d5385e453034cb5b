package dev.banyan.gateway.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.gateway.compare.Comparison.Reason;
import dev.banyan.gateway.compare.RouteEvidence.Group;
import dev.banyan.rules.Compare;
import dev.banyan.rules.Severity;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EvidenceTest {

    private static final Reply PRICE = Replies.json("{\"price\":1,\"at\":1}");
    private static final Reply OTHER_PRICE = Replies.json("{\"price\":2,\"at\":1}");
    private static final Reply OTHER_TIME = Replies.json("{\"price\":1,\"at\":2}");
    private static final Reply NO_PRICE = Replies.json("{\"at\":1}");

    private final Evidence evidence = new Evidence();

    @Test
    void everyComparisonIsCountedOnce() {
        Compare rules = Replies.rules("compare: {json: {ignore: [{path: $.at, reason: clock}]}}");
        add("r", Replies.compare(rules, PRICE, PRICE));
        add("r", Replies.compare(rules, PRICE, OTHER_TIME));
        add("r", Replies.compare(rules, PRICE, OTHER_PRICE));
        add("r", Replies.compare(rules, PRICE, NO_PRICE));
        add("r", Replies.compare(rules, PRICE, new Reply(200, List.of(), new byte[1], true)));
        add("other", Replies.compare(PRICE, PRICE));

        RouteEvidence seen = evidence.snapshot("r");

        assertThat(seen.matched()).isEqualTo(1);
        assertThat(seen.ignored()).isEqualTo(1);
        assertThat(seen.mismatched()).isEqualTo(Map.of(Severity.BEHAVIOURAL, 1L, Severity.BREAKING, 2L));
        assertThat(seen.notComparable()).isEmpty();
        assertThat(seen.compared()).isEqualTo(5);
        assertThat(evidence.snapshot("never").compared()).isZero();
    }

    @Test
    void whatCannotBeComparedIsCountedByReason() {
        var cut = new Reply(200, List.of(), new byte[1], true);
        add("r", Replies.compare(cut, cut));

        RouteEvidence seen = evidence.snapshot("r");

        assertThat(seen.compared()).isZero();
        assertThat(seen.notComparable()).isEqualTo(Map.of(Reason.TOO_LARGE, 1L));
    }

    @Test
    void theWorstGroupIsFirstThenTheMostFrequent() {
        for (int i = 0; i < 3; i++) {
            add("r", Replies.compare(PRICE, OTHER_TIME));
        }
        add("r", Replies.compare(PRICE, NO_PRICE));
        add("r", Replies.compare(PRICE, OTHER_PRICE));

        assertThat(evidence.snapshot("r").groups().stream()
                        .map(group -> group.key().path() + " " + group.comparisons()))
                .containsExactly("$.price 1", "$.at 3", "$.price 1");
    }

    @Test
    void theFirstSampleAndTheNewestAreKept() {
        for (int i = 0; i < 20; i++) {
            Comparison comparison = Replies.compare(PRICE, OTHER_PRICE);
            String request = "GET /" + i;
            evidence.of("r").add(comparison, () -> sample(request));
        }

        Group group = evidence.snapshot("r").groups().getFirst();

        assertThat(group.comparisons()).isEqualTo(20);
        assertThat(group.examples().stream().map(example -> example.sample().request()))
                .containsExactly("GET /0", "GET /16", "GET /17", "GET /18", "GET /19");
    }

    @Test
    void memoryIsBoundedWhateverComesIn() {
        var small = new Evidence(10_000);
        for (int i = 0; i < 2_000; i++) {
            Reply candidate = Replies.json("{\"price\":1,\"at\":1,\"" + "k".repeat(i % 40) + "x" + (char) ('a' + i % 26)
                    + (char) ('a' + i / 26 % 26) + "\":1}");
            small.of("r" + i % 3).add(Replies.compare(PRICE, candidate), () -> sample("GET /"));
        }

        List<RouteEvidence> all =
                IntStream.range(0, 3).mapToObj(i -> small.snapshot("r" + i)).toList();

        assertThat(all).allSatisfy(each -> assertThat(each.groups()).hasSizeLessThanOrEqualTo(RouteLedger.GROUPS_MAX));
        assertThat(all.stream()
                        .flatMap(each -> each.groups().stream())
                        .flatMap(group -> group.examples().stream())
                        .mapToInt(example -> example.sample().chars())
                        .sum())
                .isBetween(5_000, 10_000);
        assertThat(all.stream().mapToLong(RouteEvidence::samplesLeftOut).sum()).isPositive();
        assertThat(all.stream().mapToLong(RouteEvidence::groupsLeftOut).sum()).isPositive();
        assertThat(all.stream().mapToLong(RouteEvidence::compared).sum()).isEqualTo(2_000);
    }

    /** Names in replies are other people's, and may be as long as the reply. */
    @Test
    void aPathIsKeptNoLongerThanPeopleRead() {
        String name = "n".repeat(40_000);
        String id = "k".repeat(99) + "['";
        String deep = ("{\"" + id + "\":").repeat(50);
        for (List<Reply> pair : List.of(
                List.of(Replies.json("{\"" + name + "\":1}"), Replies.json("{\"" + name + "\":2}")),
                List.of(Replies.json(deep + "1" + "}".repeat(50)), Replies.json(deep + "2" + "}".repeat(50))),
                List.of(
                        Replies.of(200, "text/xml", "<a><" + name + ">1</" + name + "></a>"),
                        Replies.of(200, "text/xml", "<a><" + name + ">2</" + name + "></a>")),
                List.of(
                        Replies.html("<p class=\"" + name + "\">1</p>"),
                        Replies.html("<p class=\"" + name + "\">2</p>")))) {
            var differs = (Comparison.Differs) Replies.compare(pair.getFirst(), pair.getLast());
            Difference first = differs.differences().getFirst();
            assertThat(first.path()).hasSizeLessThanOrEqualTo(Found.PATH_CHARS_MAX);
            assertThat(first.at()).hasSizeLessThanOrEqualTo(Found.PATH_CHARS_MAX);
            boolean cut = first.path().endsWith(" characters)");
            assertThat(cut && IgnoreProposal.of(first.key(), first.wide()).isPresent())
                    .isFalse();
        }
    }

    @Test
    void aRouteThatIsForgottenGivesItsRoomBack() {
        var small = new Evidence(2L * sample("GET /").chars());
        for (String route : List.of("a", "b", "c")) {
            small.of(route).add(Replies.compare(PRICE, OTHER_PRICE), () -> sample("GET /"));
        }
        assertThat(small.snapshot("c").samplesLeftOut()).isEqualTo(1);

        small.retain(List.of("b", "c"));
        small.of("c").add(Replies.compare(PRICE, OTHER_PRICE), () -> sample("GET /"));

        assertThat(small.snapshot("a").compared()).isZero();
        assertThat(small.snapshot("c").groups().getFirst().examples()).hasSize(1);
    }

    @Test
    void aDifferenceThatIsThereAgainIsConfirmed() {
        var first = (Comparison.Differs) Replies.compare(PRICE, Replies.json("{\"price\":2,\"at\":2}"));
        Comparison again = Replies.compare(PRICE, OTHER_PRICE);
        evidence.of("r").add(first, again, () -> sample("GET /"));
        evidence.of("r").add(first, Replies.compare(PRICE, PRICE), () -> sample("GET /"));
        evidence.of("r").add(first, new Comparison.NotComparable(Reason.TOO_LARGE, ""), () -> sample("GET /"));

        assertThat(evidence.snapshot("r").groups().stream().map(group -> "%s %d: %d confirmed, %d transient"
                        .formatted(group.key().path(), group.comparisons(), group.confirmed(), group.transientOnes())))
                .containsExactly("$.at 3: 0 confirmed, 2 transient", "$.price 3: 1 confirmed, 1 transient");
    }

    @Test
    void whatTheBaselineDoesToItselfIsNoise() {
        for (int i = 0; i < 40; i++) {
            evidence.of("r").addControl(Replies.compare(PRICE, i % 2 == 0 ? OTHER_TIME : PRICE));
            add("r", Replies.compare(PRICE, i % 2 == 0 ? OTHER_TIME : PRICE));
            add("r", Replies.compare(PRICE, i % 4 == 0 ? OTHER_PRICE : PRICE));
        }

        RouteEvidence seen = evidence.snapshot("r");

        assertThat(seen.controls()).isEqualTo(40);
        assertThat(seen.controlsMismatched()).isEqualTo(20);
        assertThat(seen.groups().stream().map(group -> group.key().path() + " " + group.noise()))
                .containsExactlyInAnyOrder("$.at NOISY", "$.price REAL");
        assertThat(IgnoreProposal.forNoise(seen)).containsExactly(new IgnoreProposal("json", "path", "$.at"));
    }

    @Test
    void aFieldThatIsGoneIsNeverProposedHoweverNoisy() {
        for (int i = 0; i < 40; i++) {
            evidence.of("r").addControl(Replies.compare(PRICE, NO_PRICE));
            add("r", Replies.compare(PRICE, NO_PRICE));
        }

        assertThat(evidence.snapshot("r").groups().getFirst().noise()).isEqualTo(Noise.NOISY);
        assertThat(IgnoreProposal.forNoise(evidence.snapshot("r"))).isEmpty();
    }

    @Test
    void manyThreadsLoseNothing() throws InterruptedException, ExecutionException {
        int threads = 8;
        int each = 500;
        var start = new CountDownLatch(1);
        Comparison differs = Replies.compare(PRICE, OTHER_PRICE);
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<? extends Future<?>> done = IntStream.range(0, threads)
                    .mapToObj(thread -> pool.submit(() -> {
                        start.await();
                        for (int i = 0; i < each; i++) {
                            evidence.of("r" + i % 2).add(differs, () -> sample("GET /"));
                            evidence.of("r" + i % 2).addControl(differs);
                            evidence.snapshot("r" + i % 2);
                        }
                        return thread;
                    }))
                    .toList();
            start.countDown();
            for (Future<?> future : done) {
                future.get();
            }
        }
        for (String route : List.of("r0", "r1")) {
            RouteEvidence seen = evidence.snapshot(route);
            assertThat(seen.compared()).isEqualTo(threads * each / 2);
            assertThat(seen.controls()).isEqualTo(threads * each / 2);
            assertThat(seen.groups().getFirst().comparisons()).isEqualTo(threads * each / 2);
        }
    }

    @Test
    void aSampleIsMadeOnlyIfItMayBeKept() {
        Supplier<Sample> never = () -> {
            throw new AssertionError("asked for");
        };
        evidence.of("r").add(Replies.compare(PRICE, PRICE), never);
        evidence.of("r").add(new Comparison.NotComparable(Reason.LIMIT, ""), never);

        assertThatThrownBy(() -> evidence.of("r").add(Replies.compare(PRICE, OTHER_PRICE), never))
                .hasMessage("asked for");
    }

    private void add(String route, Comparison comparison) {
        evidence.of(route).add(comparison, () -> sample("GET /"));
    }

    private static Sample sample(String request) {
        return Replies.comparer(Compare.UNSET).sample(Replies.NOW, request, PRICE, OTHER_PRICE);
    }
}
