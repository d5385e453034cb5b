package dev.banyan.bridge.lake;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** A log as a row of compressed objects, one a unit, numbered without a gap. */
final class ObjectLog implements LakeLog {

    private final LakeStorage storage;
    private final int segment;
    private int next;
    private long bytes;

    /** A log that is begun. */
    ObjectLog(LakeStorage storage, int segment) {
        this.storage = storage;
        this.segment = segment;
    }

    static ObjectLog open(LakeStorage storage, int segment, List<LakeUnit> units) throws IOException {
        var log = new ObjectLog(storage, segment);
        for (var unit : read(storage, segment)) {
            units.add(unit);
            log.bytes += unit.bytes().length;
            log.next++;
        }
        return log;
    }

    /** The units from the first on; none where one is gone, because the deletion of a sealed segment begins with the first. */
    static List<LakeUnit> read(LakeStorage storage, int segment) throws IOException {
        var there = new HashSet<>(storage.list(folder(segment)));
        var paths = IntStream.range(0, there.size())
                .mapToObj(number -> path(segment, number))
                .takeWhile(there::contains)
                .toList();
        try {
            return SideBySide.of(paths, path -> read(storage, path));
        } catch (NoSuchFileException e) {
            return List.of(); // sealed and deleted meanwhile
        }
    }

    private static LakeUnit read(LakeStorage storage, String path) throws IOException {
        try (var in = new GZIPInputStream(storage.read(path))) {
            return LakeUnit.read(in.readAllBytes());
        }
    }

    static String folder(int segment) {
        return String.format(Locale.ROOT, "open/%08d", segment);
    }

    private static String path(int segment, int number) {
        return folder(segment) + String.format(Locale.ROOT, "/%08d.gz", number);
    }

    @Override
    public void append(LakeUnit unit) throws IOException {
        var plain = unit.bytes();
        var compressed = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(compressed)) {
            out.write(plain);
        }
        storage.create(path(segment, next), compressed.toByteArray());
        next++;
        bytes += plain.length;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public void close() {}
}
