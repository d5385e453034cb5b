package dev.banyan.bridge.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.Printed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lake in a folder. */
class FolderLakeTest extends LakeContract {

    @TempDir
    Path folder;

    @Override
    LakePlace place() {
        return new LakePlace.Folder(folder);
    }

    @Override
    void forget(String path) throws IOException {
        Files.delete(folder.resolve(path));
    }

    @Override
    void damage(LakeStorage storage, Random random) throws IOException {
        var files = new FolderStorage(folder);
        var log = files.log(files.logs().getLast());
        switch (random.nextInt(3)) {
            case 0 -> Files.write(log, new byte[] {0, 0, 1, 0, 9, 9, 9, 9, '{'}, StandardOpenOption.APPEND);
            case 1 ->
                Files.writeString(
                        Files.createDirectories(folder.resolve("manifests")).resolve("segment-00000099.json.draft"),
                        "{");
            default -> {
                var manifests = new LakeFiles(files).manifests();
                if (!manifests.isEmpty()) {
                    var sealed = manifests.getLast().segment();
                    Files.copy(log, files.log(sealed)); // died between the manifest and the deletion
                }
            }
        }
    }

    @Test
    void aSubjectThatATerminalWouldTakeForACommandIsListedInOneLine() {
        try (var lake = open(1 << 20)) {
            lake.append(List.of(event(1, 0, "t.v1", "x/\u001b[2J\n7", "{}")), position(1));
        }
        assertThat(Printed.of("events", "ls", "--lake", place().toString()).out())
                .isEqualTo("2026-01-31T23:59:01Z t.v1 x/\\u001b[2J\\u000a7 id-1-0 0000000000000001-000000\n");
    }

    @Test
    void onlyOneWrites() {
        try (var lake = open(1 << 20)) {
            assertThatThrownBy(() -> open(1 << 20)).hasMessageContaining("somebody else writes to it");
            lake.seal();
        }
        open(1 << 20).close();
    }

    @Test
    void damageBehindWhichEventsFollowIsNamedAndNotCutOff() throws IOException {
        try (var lake = open(1 << 20)) {
            lake.append(events(1), position(1));
            lake.append(events(2), position(2));
        }
        var log = new FolderStorage(folder).log(1);
        var bytes = Files.readAllBytes(log);
        bytes[40] ^= 1;
        Files.write(log, bytes);
        assertThatThrownBy(() -> open(1 << 20)).hasMessageContaining("open-00000001.log: damaged at byte 0");
        assertThatThrownBy(this::ids).hasMessageContaining("damaged at byte 0");
        assertThat(log).hasBinaryContent(bytes);
    }

    @Test
    void twoThatKeepTheSameFileAtOnceLeaveItWhole() throws IOException {
        var storage = new FolderStorage(folder);
        LakeStorage.Writing whole = out -> out.write("0123456789".getBytes(StandardCharsets.UTF_8));
        storage.keep("claims/x.json", 10, out -> {
            out.write("01234".getBytes(StandardCharsets.UTF_8));
            storage.keep("claims/x.json", 10, whole);
            out.write("56789".getBytes(StandardCharsets.UTF_8));
        });
        assertThat(folder.resolve("claims/x.json")).hasContent("0123456789");
        assertThat(folder.resolve("claims").toFile().list()).containsExactly("x.json");
    }

    @Test
    void whatIsKeptAlreadyIsNotWrittenAgainUnlessItIsTorn() throws IOException {
        var storage = new FolderStorage(folder);
        var file = Files.writeString(
                Files.createDirectories(folder.resolve("claims")).resolve("x.json"), "01234");
        storage.keep("claims/x.json", 10, out -> out.write("0123456789".getBytes(StandardCharsets.UTF_8)));
        assertThat(file).hasContent("0123456789");
        storage.keep("claims/x.json", 10, _ -> {
            throw new IOException("written again");
        });
    }

    @Test
    void aFolderThatIsNotThereIsNotRead() {
        assertThat(Printed.of("events", "ls", "--lake", folder.resolve("none").toString())
                        .err())
                .contains("no such folder (expected: lake.folder of a bridge that has run)");
    }
}
