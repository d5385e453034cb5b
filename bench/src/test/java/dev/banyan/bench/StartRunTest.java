package dev.banyan.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bench.load.LoadFailed;
import dev.banyan.bench.peer.Banyan;
import dev.banyan.bench.peer.Peer;
import dev.banyan.bench.peer.Place;
import dev.banyan.bench.report.Measure;
import dev.banyan.bench.report.Results;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StartRunTest {

    private final Results results = new Results();
    private final List<String> said = new ArrayList<>();
    private final Plan plan = new Plan(Set.of(StartRun.NAME), Set.of(), 2, Duration.ofSeconds(1), false);

    private record Other(String name) implements Peer {

        @Override
        public String description() {
            return "other people's";
        }

        @Override
        public Optional<String> missing() {
            return Optional.empty();
        }

        @Override
        public boolean hasRoutes() {
            return true;
        }

        @Override
        public List<String> command(Place place) {
            return List.of(name);
        }
    }

    @Test
    void anotherThatFailsIsLeftOutAndTheRestGoesOn() throws Exception {
        var run = new StartRun(
                plan,
                peer -> {
                    if (peer.name().equals("stock")) {
                        throw new LoadFailed("closed a connection");
                    }
                    return new StartRun.Start(1, said.add("started"));
                },
                results,
                said::add);
        run.run(List.of(new Other("stock"), new Banyan(Path.of("."))));
        assertThat(results.peers(StartRun.NAME)).containsExactly("banyan");
        assertThat(results.skipped()).containsEntry("start on stock", "closed a connection");
        assertThat(said).anyMatch(line -> line.contains("start on stock: left out"));
        assertThat(results.cases().get(StartRun.NAME)).endsWith("classes its launcher keeps in 2 of 2 starts");
    }

    @Test
    void oursThatFailsEndsTheRunAndWhatThereIsCanBeShown() {
        var run = new StartRun(
                plan,
                peer -> {
                    throw new LoadFailed("no answer");
                },
                results,
                said::add);
        results.add("tiny", "stock", Measure.REQUESTS, 1);
        results.begin("tiny", "a case before");
        results.add(StartRun.NAME, "stock", Measure.READY, 1);
        results.drop(StartRun.NAME, "stock", "closed a connection");
        assertThatThrownBy(() -> run.run(List.of(new Banyan(Path.of(".")))))
                .isInstanceOf(LoadFailed.class)
                .hasMessage("start on banyan: no answer");
        assertThat(results.cases()).containsOnlyKeys("tiny");
    }

    @Test
    void thePageSaysWhatOptionsTheGatewaysJvmHas() {
        assertThat(new Banyan(Path.of(".")).description())
                .contains("-XX:+UseParallelGC", "-Xmn256m", "leakDetection.level=disabled");
    }
}
