package dev.banyan.bridge;

import dev.banyan.bridge.frame.Disk;
import dev.banyan.bridge.secret.Keyset;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.UnaryOperator;

/** The file of a keyset, which may be the only copy of its keys. */
record KeyFile(Path path) {

    /*
     * A draft beside it takes its place once it is whole and on the disk. Who makes the draft shuts others out until then, so that no two commands change
     * the same keys and one of them is lost. What the command prints is on the disk.
     */

    /** Where a keyset comes from. */
    @FunctionalInterface
    private interface Making {
        Keyset keyset() throws IOException;
    }

    Keyset read() throws IOException {
        return read(path);
    }

    private Keyset read(Path file) throws IOException {
        return Keyset.parse(Files.readString(file), path.toString());
    }

    /** Writes {@code keyset} into it; it must not be there yet. */
    Keyset create(Keyset keyset) throws IOException {
        return written(path.toAbsolutePath(), () -> {
            if (Files.exists(path)) {
                throw new IllegalArgumentException(
                        path + ": there already (expected: a new file; what its keys encrypted needs them)");
            }
            return keyset;
        });
    }

    /** Puts what {@code change} makes of its keys in their place; who may read it stays, and a link stays one. */
    Keyset changed(UnaryOperator<Keyset> change) throws IOException {
        var file = path.toRealPath();
        return written(file, () -> change.apply(read(file)));
    }

    private Keyset written(Path file, Making making) throws IOException {
        var draft = file.resolveSibling(file.getFileName() + ".draft");
        createPrivate(draft);
        Keyset keyset;
        try {
            keyset = making.keyset();
            Files.writeString(draft, keyset.json());
            if (Files.exists(file)) {
                giveOwners(file, draft);
            }
            Disk.force(draft);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(draft);
            throw e;
        }
        Disk.force(file.resolveSibling("."));
        return keyset;
    }

    private static void createPrivate(Path draft) throws IOException {
        try {
            if (isPosix(draft)) {
                Files.createFile(
                        draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            } else {
                Files.createFile(draft);
            }
        } catch (FileAlreadyExistsException e) {
            throw new IllegalArgumentException(
                    draft
                            + ": there already (expected: no other command at these keys; one that was killed leaves it, for"
                            + " you to delete)",
                    e);
        }
    }

    private static boolean isPosix(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** Lets the owner, the group and whoever else may read {@code file} read {@code draft}; root may be at work for another user. */
    private static void giveOwners(Path file, Path draft) throws IOException {
        if (!isPosix(file)) {
            return;
        }
        var wanted = Files.readAttributes(file, PosixFileAttributes.class);
        var view = Files.getFileAttributeView(draft, PosixFileAttributeView.class);
        try {
            if (!view.readAttributes().owner().equals(wanted.owner())) {
                view.setOwner(wanted.owner());
            }
            if (!view.readAttributes().group().equals(wanted.group())) {
                view.setGroup(wanted.group());
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    file + ": belongs to " + wanted.owner() + " and " + wanted.group()
                            + ", who could not read it any more (expected: that user, or root)",
                    e);
        }
        view.setPermissions(wanted.permissions());
    }
}
