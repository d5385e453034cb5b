package dev.banyan.gateway.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.backend.Budget;
import dev.banyan.gateway.backend.Limit;
import dev.banyan.gateway.compare.Comparison;
import dev.banyan.gateway.compare.Comparison.Differs;
import dev.banyan.gateway.compare.Difference;
import dev.banyan.gateway.compare.Evidence;
import dev.banyan.gateway.compare.Reply;
import dev.banyan.gateway.http.MirrorMark;
import dev.banyan.gateway.http.Origin;
import dev.banyan.rules.Mirror;
import dev.banyan.rules.Route;
import dev.banyan.rules.RulesFolder;
import dev.banyan.rules.Severity;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

class ComparingTest {

    /** As where a paragraph has something beside its text in one of two replies. */
    @Test
    void aDifferenceOfWhichTheSecondPairHasAnotherSurroundingIsConfirmed() {
        assertThat(Comparing.worstConfirmed(differs(true), differs(false))).isEqualTo(Severity.BEHAVIOURAL);
        assertThat(differs(false).confirmedBy(differs(true))).hasSize(1);
    }

    private static Differs differs(boolean wide) {
        var difference =
                new Difference(Difference.Part.HTML, Difference.Kind.VALUE, "main > p", "main > p", "1", "2", 1, wide);
        return new Differs(List.of(difference), 0, Severity.BEHAVIOURAL, List.of(), List.of());
    }

    @Test
    @SuppressWarnings("NullAway") // nobody looks at the request of a pair that is alike
    void aPairOfRulesThatHoldNoMoreIsNotCountedAlthoughItIsAlike(@TempDir Path folder) throws Exception {
        Route route = route(folder);
        var evidence = new Evidence();
        var counts = new MirrorCounts("one", new SimpleMeterRegistry());
        var memory = new Limit(1 << 30);
        var mirror = mirror(route, counts, evidence, memory);
        var reply = new Kept(200, EmptyHttpHeaders.INSTANCE, new Collected(1_000, null));
        try (var comparing = new Comparing(COPIES, new Budget(1), InstantSource.system())) {
            assertThat(mirror.enter()).isTrue();
            comparing.take(mirror, null, reply, reply);
            assertThat(counts.mismatches().compared()).isEqualTo(1);
            assertThat(mirror.isOf(route, Set.of())).isTrue();

            assertThat(mirror.enter()).isTrue();
            evidence.forget("one");
            comparing.take(mirror, null, reply, reply);
            assertThat(counts.mismatches().compared()).isEqualTo(1);
            assertThat(memory.taken()).isZero();
            assertThat(mirror.isOf(route, Set.of())).isFalse();
        }
    }

    @Test
    void aPairWhoseComparisonRunsOutOfMemoryGivesItsPlaceBackAndIsCounted(@TempDir Path folder) throws Exception {
        var counts = new MirrorCounts("one", new SimpleMeterRegistry());
        var memory = new Limit(1 << 30);
        var mirror = mirror(route(folder), counts, new Evidence(), memory);
        InstantSource clock = () -> {
            throw new OutOfMemoryError("as a reply may bring about");
        };
        try (var comparing = new Comparing(COPIES, new Budget(1), clock)) {
            assertThat(mirror.enter()).isTrue();
            comparing.take(mirror, asked("http://shop.test"), reply(200), reply(404));
            Instant deadline = Instant.now().plus(Duration.ofSeconds(10));
            while (memory.taken() > 0 && Instant.now().isBefore(deadline)) {
                Thread.onSpinWait();
            }
            assertThat(memory.taken()).isZero();
            assertThat(mirror.inFlight()).isZero();
            assertThat(counts.mismatches().notComparable()).isEqualTo(1);
        }
    }

    /** Anybody can make names up, and the real one may come after them. */
    @Test
    void linksArePathsUnderEachNameThatIsAskedFor(@TempDir Path folder) throws Exception {
        var mirror = mirror(
                route(folder), new MirrorCounts("one", new SimpleMeterRegistry()), new Evidence(), new Limit(1 << 30));
        for (int i = 1; i <= 17; i++) {
            mirror.comparer(Origin.of(URI.create("http://a" + i + ".test")));
        }
        for (String name : List.of("http://a1.test", "http://a17.test", "http://a18.test")) {
            Reply absolute = page(name + "/x");
            assertThat(mirror.comparer(Origin.of(URI.create(name))).compare(absolute, page("/x"), Instant.EPOCH))
                    .isInstanceOf(Comparison.Same.class);
            assertThat(mirror.comparer(Origin.of(URI.create("http://b.test")))
                            .compare(absolute, page("/x"), Instant.EPOCH))
                    .isInstanceOf(Differs.class);
        }
    }

    private static Reply page(String link) {
        byte[] body = ("<a href=\"" + link + "\">x</a>").getBytes(StandardCharsets.UTF_8);
        return new Reply(200, List.of(Map.entry("Content-Type", "text/html")), body, false);
    }

    private static final Copies COPIES = new Copies(new MirrorMark(), (_, _, _, _, _) -> Mono.empty());

    private static Kept reply(int status) {
        return new Kept(status, EmptyHttpHeaders.INSTANCE, new Collected(1_000, null));
    }

    @SuppressWarnings("NullAway") // nobody is asked for it
    private static Request asked(String origin) {
        return new Request(
                null,
                "POST",
                "/",
                EmptyHttpHeaders.INSTANCE,
                new byte[0],
                Origin.of(URI.create(origin)),
                null,
                null,
                null,
                null,
                null);
    }

    private static RouteMirror mirror(Route route, MirrorCounts counts, Evidence evidence, Limit memory) {
        Mirror settings = Objects.requireNonNull(route.mirror());
        return new RouteMirror(route, settings, Set.of(), counts, evidence.of("one"), memory);
    }

    private static Route route(Path folder) throws Exception {
        Files.writeString(folder.resolve("rules.yaml"), """
                backends:
                  - {name: legacy, url: "http://localhost:1", baseline: true}
                  - {name: new, url: "http://localhost:2"}
                routes:
                  - name: one
                    matches: [{path: {value: /}}]
                    candidate: new
                    stage: shadow
                    mirror: {percent: 100}
                    compare: {noise: {percent: 0}}
                """);
        return RulesFolder.read(folder).routes().getFirst();
    }
}
