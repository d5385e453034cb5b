package dev.banyan.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.lint.Finding;
import dev.banyan.rules.lint.Lint;
import dev.banyan.rules.lint.LintCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/reference/lint.md is true: every code has a section, and its example has that finding and no other. */
final class LintPageTest {

    private static final Path PAGE = Path.of("../docs/reference/lint.md");
    private static final Pattern SECTION =
            Pattern.compile("## (BYN[0-9]{4}): ([^\n]*)\n\nLevel: (\\w+)\\..*?```yaml\n(.*?)```", Pattern.DOTALL);
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

    private static Map<String, List<String>> sections() throws Exception {
        Map<String, List<String>> sections = new LinkedHashMap<>();
        var matcher = SECTION.matcher(Files.readString(PAGE));
        while (matcher.find()) {
            sections.put(matcher.group(1), List.of(matcher.group(3), matcher.group(4)));
        }
        return sections;
    }

    private static String example(String code) throws Exception {
        return sections().getOrDefault(code, List.of("", "no section " + code)).get(1);
    }

    @Test
    void everyCodeIsListedInOrderWithItsLevel() throws Exception {
        Map<String, List<String>> sections = sections();
        assertThat(sections.keySet())
                .containsExactlyElementsOf(
                        List.of(LintCode.values()).stream().map(Enum::name).toList());
        sections.forEach((code, section) -> assertThat(section.getFirst())
                .as(code)
                .isEqualTo(LintCode.valueOf(code).level().name().toLowerCase(Locale.ROOT)));
    }

    @Test
    void everyExampleHasItsFindingAndNoOther() throws Exception {
        for (var section : sections().entrySet()) {
            RuleSet rules = Rules.parse(section.getValue().get(1));
            RoutingTable.compile(rules);
            List<Finding> findings = Lint.findings(rules, NOW);
            assertThat(findings)
                    .as(section.getKey())
                    .extracting(each -> each.code().name())
                    .containsExactly(section.getKey());
            assertThat(findings.getFirst().place().line()).isPositive();
        }
    }

    @Test
    void whatARouteAllowsIsNotReported() throws Exception {
        String example = example("BYN0153");
        String allowed = example.replace(
                "stage: retired", "stage: retired, lint: {allow: [{code: BYN0153, reason: nobody calls}]}");
        assertThat(Lint.findings(Rules.parse(allowed), NOW)).isEmpty();
    }

    @Test
    void aFindingReadsAsOneLine() throws Exception {
        RuleSet rules = Rules.parse(example("BYN0153"));
        assertThat(Lint.findings(rules, NOW).getFirst())
                .hasToString("warning [BYN0153] rules.yaml:6:5 routes[orders]: retired without a word"
                        + " (expected: retired: {body: ..., link: ...})");
    }
}
