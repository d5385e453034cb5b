package dev.banyan.bridge.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was never safe is cut off, whatever a power cut made of it; what was safe is never cut off, whatever became of it. */
class FrameFileTest {

    private static final List<String> SAFE = List.of("first", "second, of two", "third", "fourth");
    private static final List<String> LAST = List.of("of the last append", "!", "its end");

    @TempDir
    Path folder;

    private Path file;
    private byte[] bytes;
    private int safe;

    @BeforeEach
    void write() throws IOException {
        file = folder.resolve("frames");
        try (var frames = FrameFile.create(file)) {
            frames.append(bytes(SAFE.subList(0, 1)));
            frames.append(bytes(SAFE.subList(1, 3)));
            frames.append(bytes(SAFE.subList(3, 4)));
            safe = (int) frames.end();
            frames.append(bytes(LAST));
        }
        bytes = Files.readAllBytes(file);
    }

    private static List<byte[]> bytes(List<String> texts) {
        return texts.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
    }

    private List<String> recovered() throws IOException {
        var found = new ArrayList<String>();
        FrameFile.recover(file, frame -> found.add(new String(frame, StandardCharsets.UTF_8)))
                .close();
        return found;
    }

    private static List<String> all() {
        var all = new ArrayList<>(SAFE);
        all.addAll(LAST);
        return all;
    }

    @Test
    void whatIsWholeComesBack() throws IOException {
        assertThat(recovered()).isEqualTo(all());
        try (var frames = FrameFile.whole(file)) {
            assertThat(frames.last()).asString().isEqualTo(LAST.getLast());
        }
    }

    @Test
    void wherverTheLastAppendWasCutAllBeforeItStaysAndWritingGoesOn() throws IOException {
        for (var cut = safe; cut < bytes.length; cut++) {
            Files.write(file, Arrays.copyOf(bytes, cut));
            assertThat(recovered()).as("cut at %d", cut).startsWith(SAFE.toArray(String[]::new));
            var kept = recovered();
            try (var frames = FrameFile.recover(file, _ -> {})) {
                frames.append(bytes(List.of("on")));
            }
            kept.add("on");
            assertThat(recovered()).isEqualTo(kept);
        }
    }

    /** Pages reach a disk in any order. */
    @Test
    void whateverIsMissingOfTheLastAppendIsNotTakenForDamage() throws IOException {
        for (var from = safe; from < bytes.length; from++) {
            for (var to : List.of(from + 1, Math.min(from + 20, bytes.length), bytes.length)) {
                var torn = bytes.clone();
                Arrays.fill(torn, from, to, (byte) 0);
                Files.write(file, torn);
                assertThat(recovered()).startsWith(SAFE.toArray(String[]::new));
            }
        }
    }

    @Test
    void whateverBecameOfWhatWasSafeIsNamedAndStays() throws IOException {
        for (var at = 0; at < safe; at++) {
            var damaged = bytes.clone();
            damaged[at] ^= (byte) (1 << at % Byte.SIZE);
            Files.write(file, damaged);
            assertThatThrownBy(this::recovered)
                    .as("byte %d", at)
                    .isInstanceOf(IOException.class)
                    .hasMessageMatching(".*frames: damaged at byte [0-9]+ \\(expected: a whole frame\\)");
            assertThatThrownBy(() -> FrameFile.read(file, _ -> {})).hasMessageContaining("damaged");
            assertThat(file).hasBinaryContent(damaged);
        }
    }

    @Test
    void aFileThatWasFinishedMayNotEndTorn() throws IOException {
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
        assertThatThrownBy(() -> FrameFile.whole(file)).hasMessageContaining("damaged at byte");
        try (var frames = FrameFile.trusted(file)) {
            assertThat(frames.at(0)).asString().isEqualTo("first");
        }
    }

    /** The search for what follows goes piece by piece. */
    @Test
    void farBehindTheDamageItIsFoundToo() throws IOException {
        Files.delete(file);
        var large = "x".repeat(3 << 20);
        try (var frames = FrameFile.create(file)) {
            frames.append(bytes(List.of(large)));
            frames.append(bytes(List.of("behind")));
        }
        bytes = Files.readAllBytes(file);
        bytes[0] = -1;
        Files.write(file, bytes);
        assertThatThrownBy(this::recovered).hasMessageContaining("damaged at byte 0");
    }

    @Test
    void whatWasAppendedOrFoundAtAStartIsThereBehindAPowerCut() throws IOException {
        var left = folder.resolve("left");
        try (var frames = FrameFile.recover(file, new CutChannel(file, left), _ -> {})) {
            assertThat(left).hasBinaryContent(bytes); // whoever wrote it may have been killed before its force
            frames.append(bytes(List.of("one", "two")));
            assertThat(left).hasSameBinaryContentAs(file);
            frames.append(bytes(List.of("three")));
            assertThat(left).hasSameBinaryContentAs(file);
        }
    }
}
