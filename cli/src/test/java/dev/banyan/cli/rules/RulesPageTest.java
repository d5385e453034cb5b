package dev.banyan.cli.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.ProblemKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** docs/reference/rules-cli.md has every command and option, and none that is not there. */
class RulesPageTest {

    private static final Path PAGE = Path.of(System.getProperty("banyan.root"), "docs/reference/rules-cli.md");
    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])(--[a-z-]+|-[Ho])\\b");

    @Test
    void everyCommandHasASectionWithExactlyItsOptions() throws Exception {
        var page = Files.readString(PAGE);
        var commands = new CommandLine(new RulesCommand()).getSubcommands();
        assertThat(headings(page)).containsExactlyInAnyOrderElementsOf(commands.keySet());
        commands.forEach((name, command) -> {
            var options = command.getCommandSpec().options().stream()
                    .flatMap(each -> List.of(each.names()).stream())
                    .filter(each -> !List.of("-h", "--help", "-V", "--version").contains(each))
                    .toList();
            assertThat(optionsOf(section(page, name))).as(name).containsExactlyInAnyOrderElementsOf(options);
        });
    }

    @Test
    void everyKindOfProblemIsListedAsReportsNameIt() throws Exception {
        var section = section(Files.readString(PAGE), "validate");
        for (var kind : ProblemKind.values()) {
            assertThat(section).contains("| `" + kind + "` | " + kind.title() + " |");
        }
    }

    private static List<String> headings(String page) {
        return page.lines()
                .filter(each -> each.startsWith("## `"))
                .map(each -> each.substring(4).split("[ `]", 2)[0])
                .toList();
    }

    private static String section(String page, String name) {
        var from = page.indexOf("\n## `" + name);
        var to = page.indexOf("\n## ", from + 1);
        return page.substring(from, to < 0 ? page.length() : to);
    }

    private static List<String> optionsOf(String section) {
        return OPTION.matcher(section)
                .results()
                .map(each -> each.group(1))
                .distinct()
                .toList();
    }
}
