package dev.banyan.cli.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.RoutingTable;
import dev.banyan.rules.RulesFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InitCommandTest {

    @TempDir
    private Path root;

    @Test
    void whatItWritesIsValidAndLaidOut() throws Exception {
        var folder = root.resolve("new/rules");
        var ran = Ran.rules("init", folder, "--legacy", "http://localhost:8081", "--host", "shop.internal");
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out()).contains("next: ./banyan gateway --legacy http://localhost:8081 --rules " + folder);
        assertThat(Ran.rules("validate", folder).exitCode()).isZero();
        assertThat(Ran.rules("format", "--check", folder).exitCode()).isZero();
        var baseline = RulesFolder.read(folder).backend("legacy").orElseThrow();
        assertThat(baseline.baseline()).isTrue();
        assertThat(baseline.host()).isEqualTo("shop.internal");
        assertThat(folder.resolve("routing-rules.schema.json")).isNotEmptyFile();
    }

    @Test
    void itBeginsATestThatHolds() {
        var ran = Ran.rules("init", root, "--legacy", "http://localhost:8081");
        assertThat(ran.out()).contains("for ./banyan rules test " + root);
        var tested = Ran.rules("test", root);
        assertThat(tested.out()).contains("1 test").doesNotContain("failed:");
        assertThat(tested.exitCode()).as(tested.out() + tested.err()).isZero();
        assertThat(root.resolve("tests/rule-tests.schema.json")).isNotEmptyFile();
    }

    @Test
    void testsThatAreThereStay() throws IOException {
        var mine =
                Files.writeString(Files.createDirectory(root.resolve("tests")).resolve("mine.yaml"), "[]");
        assertThat(Ran.rules("init", root, "--legacy", "http://localhost:8081").exitCode())
                .isZero();
        assertThat(root.resolve("tests")).isDirectoryContaining(mine::equals);
        assertThat(root.resolve("tests/first.yaml")).doesNotExist();
    }

    @Test
    void theFirstRouteIsValidOnceItsCommentMarksAreGone() throws Exception {
        Ran.rules("init", root, "--legacy", "http://localhost:8081");
        var file = root.resolve("rules.yaml");
        var text = Files.readString(file);
        var uncommented = text.lines()
                .map(line -> line.matches("(  # - |# *(cohorts|routes):|#   ).*") ? line.replaceFirst("# ", "") : line)
                .toList();
        Files.write(file, uncommented);
        var rules = RoutingTable.compile(RulesFolder.read(root)).rules();
        assertThat(rules.routes()).hasSize(1);
        assertThat(rules.backends()).hasSize(2);
    }

    @Test
    void nothingIsOverwritten() throws IOException {
        Files.writeString(root.resolve("mine.yaml"), "mine");
        var ran = Ran.rules("init", root, "--legacy", "http://localhost:8081");
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("mine.yaml: there already");
        assertThat(root.resolve("rules.yaml")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost:8081", "ftp://localhost", "http://localhost/path", "http://a\", b: \"", "http://${x}"
            })
    void anAddressThatIsNoneIsWrongUsage(String url) {
        var ran = Ran.rules("init", root, "--legacy", url);
        assertThat(ran.exitCode()).isEqualTo(2);
        assertThat(root).isEmptyDirectory();
    }
}
