package dev.banyan.bridge.lake;

import dev.banyan.bridge.frame.Disk;
import dev.banyan.bridge.frame.FolderLock;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;

/** A lake in a folder. One writer holds a lock on a file of it. */
record FolderStorage(Path folder) implements LakeStorage {

    private static final Pattern LOG = Pattern.compile("open-([0-9]{8})\\.log");

    @Override
    public String where() {
        return folder.toString();
    }

    @Override
    public Closeable lock() throws IOException {
        return FolderLock.tryTake(folder)
                .orElseThrow(
                        () -> new LakeFailed(folder + ": somebody else writes to it (expected: one bridge a lake)"));
    }

    @Override
    public String hindrance() {
        return Files.isDirectory(folder) ? "" : "no such folder (expected: lake.folder of a bridge that has run)";
    }

    @Override
    public List<String> list(String path) throws IOException {
        var at = folder.resolve(path);
        if (!Files.isDirectory(at)) {
            return List.of();
        }
        try (var found = Files.list(at)) {
            return found.map(file -> path + "/" + file.getFileName()).toList();
        }
    }

    @Override
    public Page page(String path, String after) throws IOException {
        return new Page(
                list(path).stream()
                        .filter(each -> each.compareTo(after) > 0)
                        .sorted()
                        .toList(),
                true);
    }

    @Override
    public InputStream read(String path) throws IOException {
        return Files.newInputStream(folder.resolve(path));
    }

    @Override
    public void replace(String path, Writing writing) throws IOException {
        var file = folder.resolve(path).toAbsolutePath();
        replace(file, file.resolveSibling(file.getFileName() + ".draft"), writing);
    }

    /** Nobody's draft is another's: the lock is the bridge's alone, and a replay keeps files beside it. */
    @Override
    public void keep(String path, long length, Writing writing) throws IOException {
        var file = folder.resolve(path).toAbsolutePath();
        if (Files.isRegularFile(file) && Files.size(file) == length) {
            Disk.force(parent(file)); // whoever moved it here may not have come to that
            return;
        }
        var draft = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".draft");
        try {
            replace(file, draft, writing);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private static void replace(Path file, Path draft, Writing writing) throws IOException {
        var parent = parent(file);
        makeFolder(parent);
        try (var out = Files.newOutputStream(draft)) {
            writing.to(out);
        }
        Disk.force(draft);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Disk.force(parent);
    }

    private static Path parent(Path file) throws IOException {
        var parent = file.getParent();
        if (parent == null) {
            throw new IOException(file + ": no folder");
        }
        return parent;
    }

    private static void makeFolder(Path wanted) throws IOException {
        if (Files.isDirectory(wanted)) {
            return;
        }
        var parent = wanted.getParent();
        if (parent == null) {
            throw new IOException(wanted + ": no folder");
        }
        makeFolder(parent);
        Files.createDirectories(wanted);
        Disk.force(parent);
    }

    @Override
    public void create(String path, byte[] bytes) throws IOException {
        replace(path, out -> out.write(bytes));
    }

    @Override
    public List<Integer> logs() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var found = Files.list(folder)) {
            return found.map(file -> LOG.matcher(String.valueOf(file.getFileName())))
                    .filter(matcher -> matcher.matches())
                    .map(matcher -> Integer.valueOf(matcher.group(1)))
                    .sorted()
                    .toList();
        }
    }

    Path log(int segment) {
        return folder.resolve(String.format(Locale.ROOT, "open-%08d.log", segment));
    }

    @Override
    public LakeLog openLog(int segment, List<LakeUnit> units) throws IOException {
        var log = FileLog.open(log(segment), units);
        Disk.force(folder); // what is appended is safe only if the file is there after a power cut
        return log;
    }

    /** The lock keeps others away. */
    @Override
    public LakeLog beginLog(int segment) throws IOException {
        return openLog(segment, new ArrayList<>());
    }

    @Override
    public List<LakeUnit> readLog(int segment) throws IOException {
        return FileLog.read(log(segment));
    }

    @Override
    public void deleteLog(int segment) throws IOException {
        Files.deleteIfExists(log(segment));
    }

    @Override
    public void close() {}
}
