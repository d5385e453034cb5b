package dev.banyan.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --cases tiny,huge   | --cases: huge (expected: some of tiny, 10k
            --peers envoy       | --peers: envoy (expected: some of banyan, stock
            --rounds 0          | --rounds: 0 (expected: 1..1000)
            --seconds 0.01      | --seconds: 0.01 (expected: 0.02..3600)
            """)
    void wrongUsageSaysWhatWasFoundAndWhatWouldDo(String arguments, String message) {
        var err = new StringWriter();
        var exit = new CommandLine(new Bench()).setErr(new PrintWriter(err)).execute(arguments.split(" ", -1));
        assertThat(exit).isEqualTo(2);
        assertThat(err.toString()).contains(message);
    }
}
