package dev.banyan.cli.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.RulesFolder;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FormatCommandTest {

    private static final String ROUGH =
            "routes: # these\n- {stage: off, name: a, candidate: b, matches: [{path: {value: /a}}]}\n";
    private static final String SMOOTH =
            "routes: # these\n  - {name: a, matches: [{path: {value: /a}}], candidate: b, stage: off}\n";

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void writeAFile() throws IOException {
        file = folder.resolve("a.yaml");
        Files.writeString(file, ROUGH);
    }

    @Test
    void filesOfAFolderAreLaidOutOnce() throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        var ran = Ran.rules("format", folder);
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out()).isEqualTo(file + ": formatted\n");
        assertThat(file).hasContent(SMOOTH);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
        assertThat(Ran.rules("format", folder).out()).isEmpty();
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void checkWritesNothingAndExitsWithThree() {
        var ran = Ran.rules("format", "--check", folder);
        assertThat(ran.exitCode()).isEqualTo(3);
        assertThat(ran.err()).isEqualTo(file + ": would change\n");
        assertThat(file).hasContent(ROUGH);
        Ran.rules("format", file);
        assertThat(Ran.rules("format", "--check", folder).exitCode()).isZero();
    }

    @Test
    void stdoutWritesNothing() throws IOException {
        assertThat(Ran.rules("format", "--stdout", file).out()).isEqualTo(SMOOTH);
        assertThat(file).hasContent(ROUGH);
        Files.writeString(folder.resolve("b.yaml"), SMOOTH);
        assertThat(Ran.rules("format", "--stdout", folder).exitCode()).isEqualTo(2);
    }

    @Test
    void aFileWithAMistakeIsLeftAloneAndTheOthersAreNot() throws IOException {
        var bad = folder.resolve("b.yaml");
        Files.writeString(bad, "rutes: []\n");
        var ran = Ran.rules("format", folder);
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("b.yaml:1:1", "did you mean routes?");
        assertThat(bad).hasContent("rutes: []\n");
        assertThat(file).hasContent(SMOOTH);
    }

    @Test
    void aFileThatIsLargerThanRulesMayBeIsNotRead() throws IOException {
        try (var huge = new RandomAccessFile(file.toFile(), "rw")) {
            huge.setLength(RulesFolder.BYTES_MAX + 1);
        }
        var ran = Ran.rules("format", folder);
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).isEqualTo("banyan: " + file + ": too large (expected: at most 33554432 bytes)\n");
    }

    @Test
    void aLinkGoesOnBeingOne() throws IOException {
        var real = Files.createDirectory(folder.resolve("real")).resolve("r.yaml");
        Files.move(file, real);
        Files.createSymbolicLink(file, real);
        assertThat(Ran.rules("format", folder).exitCode()).isZero();
        assertThat(Files.isSymbolicLink(file)).isTrue();
        assertThat(real).hasContent(SMOOTH);
    }
}
