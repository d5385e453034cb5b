package dev.banyan.cli.rules;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.banyan.cli.toolkit.CommandFailed;
import dev.banyan.rules.RulesFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** Files read whole, and written whole or not at all. */
final class TextFile {

    private TextFile() {}

    /** The text of a file that may be as large as all rules together. */
    static String read(Path file) {
        try (var in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes((int) RulesFolder.BYTES_MAX + 1);
            if (content.length > RulesFolder.BYTES_MAX) {
                throw new CommandFailed(file + ": too large (expected: at most " + RulesFolder.BYTES_MAX + " bytes)");
            }
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
        } catch (CharacterCodingException e) {
            throw new CommandFailed(file + ": not UTF-8", e);
        } catch (IOException e) {
            throw new CommandFailed(file + ": unreadable: " + e, e);
        }
    }

    /** Replaces a file in one step and keeps who may read it; whoever reads it meanwhile sees the old text or the new. */
    static void replace(Path file, String text) {
        try {
            var target = file.toRealPath(); // a link goes on being one
            // The name begins with a dot, so that a gateway that watches the folder does not take it for rules.
            var next = Files.createTempFile(target.getParent(), "." + target.getFileName(), ".tmp");
            try {
                Files.writeString(next, text);
                keepReaders(target, next);
                Files.move(next, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(next);
            }
        } catch (IOException e) {
            throw new CommandFailed(file + ": not written: " + e, e);
        }
    }

    /**
     * Writes {@code textByName} into {@code folder}: all texts are there, under names that no gateway reads, before the first file is replaced. What
     * is left of a command that was killed is replaced by the next.
     */
    static void replaceAll(Path folder, Map<String, String> textByName) {
        try {
            var targetByDraft = new LinkedHashMap<Path, Path>();
            for (var file : textByName.entrySet()) {
                var named = folder.resolve(file.getKey());
                var target = Files.exists(named) ? named.toRealPath() : named;
                var draft = target.resolveSibling("." + target.getFileName() + ".tmp");
                Files.writeString(draft, file.getValue());
                keepReaders(target, draft);
                targetByDraft.put(draft, target);
            }
            for (var file : targetByDraft.entrySet()) {
                Files.move(file.getKey(), file.getValue(), StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            throw new CommandFailed(folder + ": not written: " + e, e);
        }
    }

    private static void keepReaders(Path target, Path draft) throws IOException {
        if (Files.exists(target) && Files.getFileStore(target).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(draft, Files.getPosixFilePermissions(target));
        }
    }

    /** Writes a file that must not exist yet. */
    static void create(Path file, String text) {
        try {
            Files.writeString(file, text, StandardOpenOption.CREATE_NEW);
        } catch (IOException e) {
            throw new CommandFailed(file + ": not written: " + e, e);
        }
    }
}
