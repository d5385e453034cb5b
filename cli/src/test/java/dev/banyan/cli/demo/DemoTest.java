package dev.banyan.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.process.RunFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {

    @TempDir
    private Path folder;

    @Test
    void aFileThatResistsIsALineOnTheScreen() {
        var said = new ByteArrayOutputStream();
        var settings = new Settings(folder, RunFolder.at(folder), Size.SMALL, 42, false, false, Optional.empty());
        new Demo(settings, new PrintStream(said, true, StandardCharsets.UTF_8)).deleteData(() -> {
            throw new UncheckedIOException("deleting postgres", new IOException("is in use"));
        });
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("not everything is deleted", "is in use");
    }

    @Test
    void aPathIsWrittenSoThatAShellAndTheBridgeReadIt() {
        var path = Path.of("/home/me/it's #1: mine/x");
        assertThat(Screen.typed(path)).isEqualTo("'/home/me/it'\\''s #1: mine/x'");
        assertThat(Screen.typed(Path.of("/srv/banyan-1.0"))).isEqualTo("/srv/banyan-1.0");
        assertThat(BridgeConfig.text(path, 1, "localhost:2", 3)).contains("\nmapping: \"/home/me/it's #1: mine/x\"\n");
    }
}
