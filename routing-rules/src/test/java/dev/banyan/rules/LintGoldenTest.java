package dev.banyan.rules;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.banyan.rules.lint.Finding;
import dev.banyan.rules.lint.Lint;
import dev.banyan.rules.lint.LintCode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each case is a file: rules, a line of dashes, and what lint finds in them. Beside what is found stand things that are nearly the same and
 * are not found. Run with {@code -Dgolden.write=true} to write what comes out now; read the difference before keeping it.
 */
final class LintGoldenTest {

    private static final Path CASES = Path.of("src/test/resources/lint");
    private static final String LINE = "----------\n";
    private static final int TENANTS = 1_000;
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

    static Stream<String> cases() throws IOException {
        try (Stream<Path> files = Files.list(CASES)) {
            return files.map(each -> each.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void lintFindsWhatItsGoldenFileSays(String name) throws Exception {
        Path golden = CASES.resolve(name);
        String[] parts = Files.readString(golden).split(LINE, 2);
        String actual = findings(parts[0]).stream().map(each -> each + "\n").collect(Collectors.joining());
        if (Boolean.getBoolean("golden.write")) {
            Files.writeString(golden, parts[0] + LINE + actual);
        }
        assertThat(actual).isEqualTo(parts.length < 2 ? "" : parts[1]);
    }

    @ParameterizedTest
    @EnumSource
    void everyCodeHasAGoldenFileInWhichItIsFound(LintCode code) throws Exception {
        assertThat(CASES.resolve(code + ".golden")).exists();
        assertThat(findings(Files.readString(CASES.resolve(code + ".golden")).split(LINE, 2)[0]))
                .extracting(Finding::code)
                .contains(code);
    }

    /** As many tenants have them on hosts of their own: a pair is not looked at with the pairs of all the others. */
    @Test
    void whatLintTakesDoesNotGrowWithTheSquareOfTheHosts() {
        List<Route> routes = new ArrayList<>();
        for (int i = 0; i < TENANTS; i++) {
            List<Match.Field> tester = List.of(new Match.Field.Exact("X-Tester", "1"));
            routes.add(Route.named("tenant-" + i)
                    .hostnames(List.of("tenant-" + i + ".example.com"))
                    .matches(
                            new Match(Match.Path.exact("/login"), null, List.of(), List.of(), List.of()),
                            new Match(Match.Path.exact("/login/"), null, List.of(), List.of(), List.of()),
                            new Match(Match.Path.exact("/stock"), null, tester, List.of(), List.of()))
                    .candidate("catalog")
                    .stage(Stage.COMPLETE)
                    .build());
        }
        RuleSet rules = RuleSet.of(List.of(Rules.LEGACY, Rules.CATALOG), List.of(), routes);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        List<Finding> findings = Lint.findings(rules, NOW);
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(findings).filteredOn(each -> each.code() == LintCode.BYN0133).hasSize(TENANTS);
        assertThat(bytes / TENANTS).as("bytes a tenant").isLessThan(20 * 1024);
    }

    private static List<Finding> findings(String rules) throws RulesException {
        return Lint.findings(RulesFolder.parse(Path.of("rules.yaml"), rules.getBytes(UTF_8)), NOW);
    }
}
