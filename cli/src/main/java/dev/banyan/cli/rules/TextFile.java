package dev.banyan.cli.rules;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.banyan.cli.toolkit.CommandFailed;
import dev.banyan.rules.RulesFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
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
                putInPlace(next, target);
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
                targetByDraft.put(draft, target);
            }
            for (var file : targetByDraft.entrySet()) {
                putInPlace(file.getKey(), file.getValue());
            }
        } catch (IOException e) {
            throw new CommandFailed(folder + ": not written: " + e, e);
        }
    }

    /** Moves a draft over a file; where it cannot be given to those who may read that one, its text is written into the file instead. */
    private static void putInPlace(Path draft, Path target) throws IOException {
        if (keepsReaders(target, draft)) {
            Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
        } else {
            Files.write(target, Files.readAllBytes(draft));
            Files.delete(draft);
        }
    }

    private static boolean keepsReaders(Path target, Path draft) throws IOException {
        if (!Files.exists(target) || !Files.getFileStore(target).supportsFileAttributeView("posix")) {
            return true;
        }
        var old = Files.readAttributes(target, PosixFileAttributes.class);
        var view = Files.getFileAttributeView(draft, PosixFileAttributeView.class);
        var now = view.readAttributes();
        try {
            if (!now.group().equals(old.group())) {
                view.setGroup(old.group());
            }
            if (!now.owner().equals(old.owner())) {
                view.setOwner(old.owner());
            }
        } catch (FileSystemException e) {
            return false; // only an administrator gives files away
        }
        view.setPermissions(old.permissions());
        return true;
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
