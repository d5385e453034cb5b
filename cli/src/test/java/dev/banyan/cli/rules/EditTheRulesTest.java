package dev.banyan.cli.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The commands of docs/how-to/edit-the-rules.md do what the page says. */
class EditTheRulesTest {

    private static final Path ROOT = Path.of(System.getProperty("banyan.root"));

    @Test
    void everyCommandOfThePageRuns() throws Exception {
        var commands = Files.readAllLines(ROOT.resolve("docs/how-to/edit-the-rules.md")).stream()
                .filter(each -> each.startsWith("./banyan rules "))
                .toList();
        assertThat(commands).hasSize(5);
        assertThat(run(commands.get(0)).out()).contains("valid, 1 route");
        assertThat(run(commands.get(1)).out()).isEqualTo("0 findings\n");
        assertThat(run(commands.get(2)).out()).startsWith("route: routes[read-orders].matches[0] at ");
        assertThat(run(commands.get(3)).out()).startsWith("3 tests, 0 failed; routes 1/1, matches 1/1 (100%)");
        assertThat(run(commands.get(4)).out()).contains("20% of callers change sides");
        for (var command : commands.subList(0, 4)) {
            assertThat(run(command).exitCode()).as(command).isZero();
        }
        assertThat(run(commands.get(4)).exitCode()).isEqualTo(3);
    }

    /** Runs a command as a shell would split it; its folders lie below the root. */
    private static Ran run(String command) {
        var words = List.of(command.substring("./banyan rules ".length()).split(" (?=(?:[^']*'[^']*')*[^']*$)"));
        return Ran.rules(words.stream()
                .map(each -> each.replace("'", ""))
                .map(each -> each.startsWith("docs/") ? ROOT.resolve(each).toString() : each)
                .toArray());
    }
}
