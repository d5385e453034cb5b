package dev.banyan.bench.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bench.Bench;
import dev.banyan.bench.measure.Machine;
import dev.banyan.bench.report.Header;
import dev.banyan.bench.report.Measure;
import dev.banyan.bench.report.Results;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BridgeBenchTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            bridge --carriers maxwell | --carriers: [maxwell] (expected: some of banyan, debezium, debezium-lean)
            bridge --rounds 0         | --rounds, --rows, --seconds: too few
            bridge --only soon        | expected one of [CATCH_UP, STEADY]
            """)
    void wrongUsageSaysWhatWasFoundAndWhatWouldDo(String arguments, String message) {
        var err = new StringWriter();
        var exit = new CommandLine(new Bench()).setErr(new PrintWriter(err)).execute(arguments.split(" ", -1));
        assertThat(exit).isEqualTo(2);
        assertThat(err.toString()).contains(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            item/42                                   | 42
            {"id":9007199254740993}                   | 9007199254740993
            {"schema":{"v":1},"payload":{"id":7}}     | 7
            none                                      | 0
            """)
    void theIdOfAKeyIsItsLastNumber(String key, long id) {
        assertThat(Target.lastNumber(key.getBytes(StandardCharsets.UTF_8))).isEqualTo(id);
    }

    @Test
    void whatIsSentAgainDoesNotStandForWhatHasNotCome() {
        var arrived = new Arrivals(8, 300);
        for (var id = 0L; id < 208; id++) {
            arrived.add(id); // 200 of them, and eight that are of a step before
        }
        for (var id = 8L; id < 108; id++) {
            arrived.add(id);
        }
        assertThat(arrived.distinct()).isEqualTo(200);
        assertThat(arrived.areWhole()).isFalse();
        for (var id = 208L; id < 308; id++) {
            arrived.add(id);
        }
        assertThat(arrived.areWhole()).isTrue();
    }

    @Test
    void ofACatchUpMoreRowsAreAheadAndOfALatencyLess() {
        var results = new Results();
        results.begin("catch-up-items", "a");
        results.begin("steady-1000", "b");
        for (var carrier : new String[] {"banyan", "debezium"}) {
            var isOurs = carrier.equals("banyan");
            results.add("catch-up-items", carrier, Measure.ROWS, isOurs ? 20 : 10);
            results.add("steady-1000", carrier, Measure.P50, isOurs ? 20 : 10);
        }

        assertThat(BridgePage.goals(results))
                .extracting(goal -> goal.claim() + " " + goal.met())
                .contains(
                        "catch-up-items: rows/s at least that of debezium true",
                        "steady-1000: p50 ms at most that of debezium false",
                        "steady-1000: p99 ms at most that of debezium false");
        var header = new Header(
                "now",
                "r",
                "./banyan bench bridge",
                1,
                1,
                1,
                false,
                new Machine(2, 1, "p", "s", "25"),
                0,
                0.5,
                Map.of());
        assertThat(BridgePage.of(header, results))
                .contains(
                        "**Noisy: just before the run other programs took 50 % of the machine.",
                        "| 2.00 | yes |", "| **no** |");
    }

    @Test
    void theServerThatIsNotThereIsMissingWithWhatWouldDo() {
        assertThat(new DebeziumServer(Path.of("target/none"), true).missing().orElseThrow())
                .contains("--fetch");
    }
}
