package dev.banyan.bridge.spool;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One file of frames, written at its end and read from its start. A frame is its length, its checksum and its bytes. Transactions too large
 * for a frame have files beside it, which go with it.
 */
final class Segment implements Closeable {

    private static final int HEAD_BYTES = 8;

    private final Path file;
    private final FileChannel channel;
    private long end;
    private long readTo;
    private long lastAt = -1;
    private long bytesBeside;

    private Segment(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    static Segment create(Path file) throws IOException {
        return new Segment(
                file,
                FileChannel.open(
                        file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    /** Opens {@code file}; with {@code isScanned} its frames are looked at. What is not whole at the end of the last file is cut off. */
    static Segment recover(Path file, boolean isScanned, boolean isLast) throws IOException {
        var segment = new Segment(file, FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
        var size = segment.channel.size();
        for (var each : segment.beside()) {
            segment.bytesBeside += Files.size(each);
        }
        if (!isScanned) {
            segment.end = size;
            return segment;
        }
        for (var frame = segment.frame(0, size); frame != null; frame = segment.frame(segment.end, size)) {
            segment.lastAt = segment.end;
            segment.end += HEAD_BYTES + frame.length;
        }
        if (segment.end < size) {
            if (!isLast) {
                segment.close();
                throw new SpoolFailed(file + ": damaged at byte " + segment.end + " of " + size
                        + " (expected: whole frames; restore it, or give up what it holds with resync)");
            }
            segment.channel.truncate(segment.end);
            segment.channel.force(true);
        }
        return segment;
    }

    int number() {
        return Integer.parseInt(String.valueOf(file.getFileName()).substring(0, 8));
    }

    /** Its own bytes and those of the files beside it. */
    long bytes() {
        return end + bytesBeside;
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

    /** Writes {@code frames} in one go; they are on the disk when this returns, or none of them is counted. */
    void append(List<byte[]> frames) throws IOException {
        var at = end;
        var last = lastAt;
        try {
            for (var frame : frames) {
                var head = ByteBuffer.allocate(HEAD_BYTES);
                head.putInt(frame.length).putInt(checksum(frame)).flip();
                last = at;
                at = write(head, at);
                at = write(ByteBuffer.wrap(frame), at);
            }
            channel.force(false);
        } catch (IOException e) {
            channel.truncate(end);
            throw e;
        }
        end = at;
        lastAt = last;
    }

    private long write(ByteBuffer buffer, long at) throws IOException {
        var next = at;
        while (buffer.hasRemaining()) {
            next += channel.write(buffer, next);
        }
        return next;
    }

    boolean hasNext() {
        return readTo < end;
    }

    /** The next frame; null at the end. */
    byte @Nullable [] next() throws IOException {
        if (!hasNext()) {
            return null;
        }
        var frame = frame(readTo, end);
        if (frame == null) {
            throw new SpoolFailed(file + ": damaged at byte " + readTo + " (expected: a whole frame)");
        }
        readTo += HEAD_BYTES + frame.length;
        return frame;
    }

    /** The last frame; null when there is none. */
    byte @Nullable [] lastFrame() throws IOException {
        return lastAt < 0 ? null : frame(lastAt, end);
    }

    /** The frame at {@code at}; null when the bytes up to {@code size} hold no whole one. */
    private byte @Nullable [] frame(long at, long size) throws IOException {
        if (at + HEAD_BYTES > size) {
            return null;
        }
        var head = read(at, HEAD_BYTES);
        var length = head.getInt();
        var checksum = head.getInt();
        if (length <= 0 || at + HEAD_BYTES + length > size) {
            return null;
        }
        var frame = read(at + HEAD_BYTES, length).array();
        return checksum(frame) == checksum ? frame : null;
    }

    private ByteBuffer read(long at, int length) throws IOException {
        var buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, at + buffer.position()) < 0) {
                throw new EOFException(file + " became shorter while it was read");
            }
        }
        return buffer.flip();
    }

    private static int checksum(byte[] bytes) {
        var crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
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
        channel.close();
    }
}
