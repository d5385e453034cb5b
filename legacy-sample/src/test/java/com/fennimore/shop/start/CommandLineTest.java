package com.fennimore.shop.start;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
            --size=huge             | --size: 'huge' (expected: small, medium or large)
            --size=SMALL            | --size: 'SMALL' (expected: small, medium or large)
            --size                  | --size: '' (expected: small, medium or large)
            --seed=1e3              | --seed: '1e3' (expected: a whole number)
            --server.port=70000     | --server.port: '70000' (expected: 0..65535)
            --nightly.enabled=maybe | --nightly.enabled: 'maybe' (expected: true or false)
            small                   | small: not an option (expected: --name=value)
            """, delimiter = '|')
    void aWrongOptionIsNamedAndEndsWithExitCodeTwo(String arg, String message) {
        CommandLine line = CommandLine.parse(arg);

        assertThat(line.exitCode()).isEqualTo(2);
        assertThat(line.message()).startsWith(message + "\n").contains("usage: java -jar legacy-sample.jar");
        assertThat(line.args()).isEmpty();
    }

    @Test
    void allProblemsAreSaidAtOnce() {
        assertThat(CommandLine.parse("--size=huge", "--seed=x").message()).contains("--size: 'huge'", "--seed: 'x'");
    }

    @Test
    void sizeAndSeedMayStandApartFromTheirValues() {
        CommandLine line = CommandLine.parse("--size", "medium", "--seed", "-7", "--server.port=0", "--any.thing=1");

        assertThat(line.message()).isNull();
        assertThat(line.args()).containsExactly("--size=medium", "--seed=-7", "--server.port=0", "--any.thing=1");
    }

    @Test
    void helpIsNoError() {
        CommandLine line = CommandLine.parse("--size=huge", "--help");

        assertThat(line.exitCode()).isZero();
        assertThat(line.message()).startsWith("usage:");
    }
}
