package dev.banyan.rules.imports;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each case is a file: the name of the source and the options, the source, a line of dashes, the rules that come of it, and what was not
 * carried over. Run with {@code -Dgolden.write=true} to write what comes out now; read the difference before keeping it.
 */
final class ImportGoldenTest {

    static List<String> cases() throws IOException {
        try (Stream<java.nio.file.Path> files = Files.list(ImportCase.CASES)) {
            return files.map(each -> each.getFileName().toString().replace(".golden", ""))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void rulesComeOutAsTheirGoldenFileSays(String name) throws IOException {
        ImportCase read = ImportCase.of(name);
        String actual = read.outcome();
        if (Boolean.getBoolean("golden.write")) {
            String before = read.options() + "\n" + read.source().stripTrailing();
            Files.writeString(read.file(), before + ImportCase.LINE + actual);
        }
        assertThat(actual).isEqualTo(read.expected());
    }
}
