package dev.banyan.cli.rules;

import dev.banyan.cli.toolkit.CommandFailed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Files written whole or not at all. */
final class TextFile {

    private TextFile() {}

    /** Replaces a file in one step and keeps who may read it; whoever reads it meanwhile sees the old text or the new. */
    static void replace(Path file, String text) {
        try {
            var target = file.toRealPath(); // a link goes on being one
            // The name begins with a dot, so that a gateway that watches the folder does not take it for rules.
            var next = Files.createTempFile(target.getParent(), "." + target.getFileName(), ".tmp");
            try {
                Files.writeString(next, text);
                if (Files.getFileStore(target).supportsFileAttributeView("posix")) {
                    Files.setPosixFilePermissions(next, Files.getPosixFilePermissions(target));
                }
                Files.move(next, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(next);
            }
        } catch (IOException e) {
            throw new CommandFailed(file + ": not written: " + e, e);
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
