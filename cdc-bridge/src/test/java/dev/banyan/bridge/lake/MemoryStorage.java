package dev.banyan.bridge.lake;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A lake in memory, as a bucket is, and one process that writes it until it is killed. */
final class MemoryStorage implements LakeStorage {

    private static final int PAGE = 10;

    /** What outlives the process: files by path. */
    record Disk(ConcurrentSkipListMap<String, byte[]> files) {
        Disk() {
            this(new ConcurrentSkipListMap<>());
        }
    }

    private final ConcurrentSkipListMap<String, byte[]> files;
    private final int killedAt;
    private final boolean arrives;
    private final AtomicInteger writes = new AtomicInteger();
    private final AtomicInteger reads = new AtomicInteger();
    private volatile Consumer<String> meanwhile = _ -> {};

    /** A process that is killed at its write number {@code killedAt}, which arrives or not. */
    MemoryStorage(Disk disk, int killedAt, boolean arrives) {
        this.files = disk.files();
        this.killedAt = killedAt;
        this.arrives = arrives;
    }

    int writes() {
        return writes.get();
    }

    int reads() {
        return reads.get();
    }

    boolean isKilled() {
        return writes.get() >= killedAt;
    }

    private void write(Runnable change) throws IOException {
        var number = writes.incrementAndGet();
        if (number < killedAt || (number == killedAt && arrives)) {
            change.run();
        }
        alive();
    }

    private void alive() throws IOException {
        if (isKilled()) {
            throw new IOException("killed");
        }
    }

    /** From now on {@code meanwhile} is told of each path before it is listed or read. */
    void beforeReading(Consumer<String> meanwhile) {
        this.meanwhile = meanwhile;
    }

    @Override
    public String where() {
        return "memory";
    }

    @Override
    public Closeable lock() {
        return () -> {};
    }

    @Override
    public String hindrance() {
        return "";
    }

    @Override
    public List<String> list(String folder) throws IOException {
        alive();
        meanwhile.accept(folder);
        return files.keySet().stream()
                .filter(path -> path.startsWith(folder + "/"))
                .filter(path -> path.indexOf('/', folder.length() + 1) < 0)
                .toList();
    }

    @Override
    public Page page(String folder, String after) throws IOException {
        reads.incrementAndGet();
        var behind = list(folder).stream()
                .filter(path -> path.compareTo(after) > 0)
                .limit(PAGE + 1)
                .toList();
        return new Page(behind.subList(0, Math.min(PAGE, behind.size())), behind.size() <= PAGE);
    }

    @Override
    public InputStream read(String path) throws IOException {
        alive();
        meanwhile.accept(path);
        reads.incrementAndGet();
        var found = files.get(path);
        if (found == null) {
            throw new NoSuchFileException(path);
        }
        return new ByteArrayInputStream(found);
    }

    @Override
    public void replace(String path, Writing writing) throws IOException {
        var bytes = new ByteArrayOutputStream();
        writing.to(bytes);
        write(() -> files.put(path, bytes.toByteArray()));
    }

    @Override
    public void create(String path, byte[] bytes) throws IOException {
        write(() -> {
            var found = files.putIfAbsent(path, bytes);
            if (found != null && !Arrays.equals(found, bytes)) {
                throw new LakeFailed(path + ": somebody else has written it");
            }
        });
    }

    @Override
    public List<Integer> logs() throws IOException {
        alive();
        return files.keySet().stream()
                .filter(path -> path.startsWith("open/"))
                .map(path -> Integer.valueOf(path.substring(5, 13)))
                .distinct()
                .toList();
    }

    @Override
    public LakeLog openLog(int segment, List<LakeUnit> units) throws IOException {
        return ObjectLog.open(this, segment, units);
    }

    @Override
    public LakeLog beginLog(int segment) {
        return new ObjectLog(this, segment);
    }

    @Override
    public List<LakeUnit> readLog(int segment) throws IOException {
        var units = ObjectLog.read(this, segment);
        if (units.isEmpty()) {
            throw new NoSuchFileException(ObjectLog.folder(segment));
        }
        return units;
    }

    @Override
    public void deleteLog(int segment) throws IOException {
        for (var path : list(ObjectLog.folder(segment))) {
            write(() -> files.remove(path));
        }
    }

    @Override
    public void close() {}
}
