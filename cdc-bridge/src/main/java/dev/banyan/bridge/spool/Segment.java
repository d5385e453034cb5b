package dev.banyan.bridge.spool;

import dev.banyan.bridge.frame.FrameFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One file of frames, written at its end and read from its start. Transactions too large for a frame have files beside it, which go with it. */
final class Segment implements Closeable {

    private final Path file;
    private final FrameFile frames;
    private long readTo;
    private long bytesBeside;

    private Segment(Path file, FrameFile frames) {
        this.file = file;
        this.frames = frames;
    }

    static Segment create(Path file) throws IOException {
        return new Segment(file, FrameFile.create(file));
    }

    /** Opens {@code file}, the last one: what of it was never whole is cut off. */
    static Segment recover(Path file) throws IOException {
        return withBeside(new Segment(file, FrameFile.recover(file, _ -> {})));
    }

    /** Opens {@code file}, which was finished before a later one was begun; if {@code isChecked} it is made sure of now, else as it is read. */
    static Segment finished(Path file, boolean isChecked) throws IOException {
        return withBeside(new Segment(file, isChecked ? FrameFile.whole(file) : FrameFile.trusted(file)));
    }

    private static Segment withBeside(Segment segment) throws IOException {
        for (var each : segment.beside()) {
            segment.bytesBeside += Files.size(each);
        }
        return segment;
    }

    int number() {
        return Integer.parseInt(String.valueOf(file.getFileName()).substring(0, 8));
    }

    /** Its own bytes and those of the files beside it. */
    long bytes() {
        return frames.end() + bytesBeside;
    }

    /** The file beside this one for the transaction at {@code lsn}. */
    Path beside(long lsn) {
        return file.resolveSibling(stem() + Long.toHexString(lsn) + ".large");
    }

    /** A file beside this one has been written, of so many {@code bytes}. */
    void wroteBeside(long bytes) {
        bytesBeside += bytes;
    }

    private List<Path> beside() throws IOException {
        try (var found = Files.list(file.toAbsolutePath().getParent())) {
            return found.filter(each -> String.valueOf(each.getFileName()).startsWith(stem()))
                    .toList();
        }
    }

    private String stem() {
        return String.valueOf(file.getFileName()).replace(".spool", "-");
    }

    /** Writes {@code appended} in one go; they are on the disk when this returns, or none of them is counted. */
    void append(List<byte[]> appended) throws IOException {
        frames.append(appended);
    }

    boolean hasNext() {
        return readTo < frames.end();
    }

    /** The next frame; null at the end. */
    byte @Nullable [] next() throws IOException {
        if (!hasNext()) {
            return null;
        }
        var frame = frames.at(readTo);
        readTo = FrameFile.behind(readTo, frame);
        return frame;
    }

    /** The last frame; null when there is none. */
    byte @Nullable [] lastFrame() throws IOException {
        return frames.last();
    }

    void delete() throws IOException {
        close();
        Files.deleteIfExists(file);
        for (var each : beside()) {
            Files.deleteIfExists(each);
        }
    }

    @Override
    public void close() throws IOException {
        frames.close();
    }
}
