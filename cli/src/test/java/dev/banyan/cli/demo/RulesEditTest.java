package dev.banyan.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.cli.load.SideWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RulesEditTest {

    private static final Path RULES = Path.of(System.getProperty("banyan.root"), "routing-rules");

    @Test
    void anEditChangesOneWeightAndNothingElse(@TempDir Path folder) throws IOException {
        RulesEdit.copy(RULES, folder);
        var file = folder.resolve("shop.yaml");
        var before = Files.readAllLines(file);
        new RulesEdit(file).weight("browse-catalog", "10%");
        var after = Files.readAllLines(file);
        assertThat(after).hasSameSizeAs(before);
        assertThat(after).filteredOn(line -> !before.contains(line)).containsExactly("    weight: 10%");
        try (var files = Files.list(folder)) {
            assertThat(files).allMatch(path -> path.toString().endsWith(".yaml"));
        }
    }

    @Test
    void whatPeopleEditBetweenTwoStepsIsTakenBack(@TempDir Path folder) throws Exception {
        RulesEdit.copy(RULES, folder);
        var file = new RulesEdit(folder.resolve("shop.yaml"));
        var before = file.text();
        var said = new ArrayList<String>();
        var pause = new Pause(file, new SideWatch(), () -> file.text().equals(before), Duration.ZERO, said::add);
        pause.take(() -> {});
        assertThat(said).isEmpty();
        pause.take(() -> file.weight("browse-catalog", "60%"));
        assertThat(file.text()).isEqualTo(before);
        assertThat(said).singleElement().asString().contains("as the last step left them again");
    }

    @Test
    void theWeightOfAnotherRouteIsNotTouched() {
        var text = """
                routes:
                  - name: one
                    weight: 1%
                  - name: two
                    weight: 2%
                """;
        assertThat(RulesEdit.withWeight(text, "two", "7%")).isEqualTo(text.replace("2%", "7%"));
    }

    @Test
    void aRouteWithoutAWeightIsAMistake() {
        assertThatThrownBy(() ->
                        RulesEdit.withWeight("routes:\n  - name: one\n  - name: two\n    weight: 2%\n", "one", "1%"))
                .hasMessageContaining("route: one");
    }
}
