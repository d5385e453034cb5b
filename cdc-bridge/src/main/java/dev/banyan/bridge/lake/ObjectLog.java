package dev.banyan.bridge.lake;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** A log as a row of compressed objects, one a unit, numbered without a gap. */
final class ObjectLog implements LakeLog {

    private final LakeStorage storage;
    private final int segment;
    private int next;
    private long bytes;

    private ObjectLog(LakeStorage storage, int segment) {
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

    /** The units from the first on; none where the first is gone, which is how the deletion of a sealed segment begins. */
    static List<LakeUnit> read(LakeStorage storage, int segment) throws IOException {
        var there = storage.list(folder(segment));
        var units = new ArrayList<LakeUnit>();
        while (there.contains(path(segment, units.size()))) {
            try (var in = new GZIPInputStream(storage.read(path(segment, units.size())))) {
                units.add(LakeUnit.read(in.readAllBytes()));
            } catch (NoSuchFileException e) {
                return List.of(); // sealed and deleted meanwhile
            }
        }
        return units;
    }

    static String folder(int segment) {
        return "open/%08d".formatted(segment);
    }

    private static String path(int segment, int number) {
        return folder(segment) + "/%08d.gz".formatted(number);
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
