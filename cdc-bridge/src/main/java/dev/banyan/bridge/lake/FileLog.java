package dev.banyan.bridge.lake;

import dev.banyan.bridge.frame.FrameFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A log in a file: frames of whole units. */
final class FileLog implements LakeLog {

    private static final int UNIT_BYTES_MAX = 512 << 20;

    private final FrameFile frames;

    private FileLog(FrameFile frames) {
        this.frames = frames;
    }

    /** Opens {@code file} to go on writing: a last unit that was never whole is cut off. What is in it goes to {@code units}. */
    static FileLog open(Path file, List<LakeUnit> units) throws IOException {
        return new FileLog(FrameFile.recover(file, frame -> units.add(LakeUnit.read(frame))));
    }

    /** The whole units that {@code file} holds now; it may be written meanwhile. */
    static List<LakeUnit> read(Path file) throws IOException {
        var units = new ArrayList<LakeUnit>();
        FrameFile.read(file, frame -> units.add(LakeUnit.read(frame)));
        return units;
    }

    @Override
    public void append(LakeUnit unit) throws IOException {
        var frame = unit.bytes();
        if (frame.length > UNIT_BYTES_MAX) {
            throw new IOException("a unit of " + frame.length + " bytes (expected: at most " + UNIT_BYTES_MAX + ")");
        }
        frames.append(List.of(frame));
    }

    @Override
    public long bytes() {
        return frames.end();
    }

    @Override
    public void close() throws IOException {
        frames.close();
    }
}
