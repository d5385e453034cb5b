package dev.banyan.bridge.spool;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.LargeList;
import dev.banyan.bridge.frame.FrameFile;
import dev.banyan.bridge.store.ChangeBytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/** The changes of one transaction that is larger than memory, in a file beside the segment that has its frame. */
final class LargeFile {

    private static final int FRAME_BYTES = 1 << 20;

    private LargeFile() {}

    /** Writes {@code changes}; they are on the disk when this returns how many bytes they are. */
    static long write(Path file, List<Change> changes, UnaryOperator<byte[]> seal) throws IOException {
        Files.deleteIfExists(file); // a kill left it before its frame was written
        try (var frames = FrameFile.create(file)) {
            var bytes = new ByteArrayOutputStream(FRAME_BYTES);
            var out = new DataOutputStream(bytes);
            for (var change : changes) {
                ChangeBytes.CODEC.write(out, change);
                if (bytes.size() >= FRAME_BYTES) {
                    frames.append(List.of(seal.apply(bytes.toByteArray())));
                    bytes.reset();
                }
            }
            if (bytes.size() > 0) {
                frames.append(List.of(seal.apply(bytes.toByteArray())));
            }
            return frames.end();
        }
    }

    /** The {@code rows} changes of {@code file}, in a file that goes with them. */
    static List<Change> read(Path file, int rows, UnaryOperator<byte[]> open) throws IOException {
        var changes = new LargeList<>(0, ChangeBytes.CODEC);
        try (var frames = FrameFile.trusted(file)) {
            for (var at = 0L; at < frames.end(); ) {
                var frame = frames.at(at);
                at = FrameFile.behind(at, frame);
                var in = new DataInputStream(new ByteArrayInputStream(open.apply(frame)));
                while (in.available() > 0) {
                    changes.add(ChangeBytes.CODEC.read(in));
                }
            }
        }
        if (changes.size() != rows) {
            throw new SpoolUnreadable(file + ": damaged, " + changes.size() + " rows (expected: " + rows + ")");
        }
        return changes;
    }
}
