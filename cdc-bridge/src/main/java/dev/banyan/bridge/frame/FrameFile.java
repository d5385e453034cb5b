package dev.banyan.bridge.frame;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A file of frames: written at its end, several at once, and read from anywhere. One thread at a time uses it. */
public final class FrameFile implements Closeable {

    /*
     * A frame is its length, a checksum, how much of the file was forced to the disk before it was written, and its bytes.
     *
     * A kill or a power cut may leave what was written last in any state, page by page. Nobody was told that it is safe, so it is cut off.
     * But what was safe may be damaged as well, and must not be cut off: the two differ in what comes behind. A frame that was written
     * after the place in question had been forced proves that it was whole once. What is damaged at the very end looks as if it had never been finished.
     */
    private static final int HEAD_BYTES = 16;

    private static final int SEARCH_BYTES = 1 << 20;

    private final Path file;
    private final FileChannel channel;
    private long end;
    private long lastAt = -1;

    private FrameFile(Path file, FileChannel channel, long end) {
        this.file = file;
        this.channel = channel;
        this.end = end;
    }

    /** What is done with a frame. */
    public interface Reading {
        void accept(byte[] frame) throws IOException;
    }

    /** A new file, which is not there yet. */
    public static FrameFile create(Path file) throws IOException {
        return open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /** Opens {@code file} to read: all of it is taken for whole, until a frame is read that is not. */
    public static FrameFile trusted(Path file) throws IOException {
        return open(file, StandardOpenOption.READ);
    }

    /** Opens {@code file} to read, having made sure that all of it is whole. */
    public static FrameFile whole(Path file) throws IOException {
        return scanned(trusted(file), _ -> {}, false);
    }

    private static FrameFile open(Path file, OpenOption... options) throws IOException {
        var channel = FileChannel.open(file, Set.of(options));
        return new FrameFile(file, channel, channel.size());
    }

    /**
     * Opens {@code file} to go on writing, and makes it if it is not there. Its frames go to {@code reading}, and are on the disk when this
     * returns; what was never whole behind them is cut off.
     */
    public static FrameFile recover(Path file, Reading reading) throws IOException {
        return scanned(
                open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                reading,
                true);
    }

    /** The same with a {@code channel} of the caller's, which writes {@code file}. */
    static FrameFile recover(Path file, FileChannel channel, Reading reading) throws IOException {
        return scanned(new FrameFile(file, channel, channel.size()), reading, true);
    }

    private static FrameFile scanned(FrameFile opened, Reading reading, boolean mayEndTorn) throws IOException {
        try {
            var endsTorn = opened.scan(reading);
            if (!mayEndTorn) {
                if (endsTorn) {
                    throw opened.damaged(opened.end);
                }
                return opened;
            }
            if (endsTorn) {
                opened.channel.truncate(opened.end);
            }
            // Killed before its force, an append is whole, and in the system's memory alone.
            if (endsTorn || opened.end > 0) {
                opened.channel.force(true);
            }
            return opened;
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /** Gives the whole frames that {@code file} has now to {@code reading}; it may be written meanwhile. */
    public static void read(Path file, Reading reading) throws IOException {
        try (var open = open(file, StandardOpenOption.READ)) {
            open.scan(reading);
        }
    }

    /** Finds the end of what is whole; true when something is behind it, which was never whole. */
    private boolean scan(Reading reading) throws IOException {
        var size = end;
        end = 0;
        for (var frame = frame(0, size); frame != null; frame = frame(end, size)) {
            lastAt = end;
            end += HEAD_BYTES + frame.length;
            reading.accept(frame);
        }
        if (isFollowed(size)) {
            throw damaged(end);
        }
        return end < size;
    }

    /** True when there is a frame that was written after all up to {@code end}, and more, had been forced. */
    private boolean isFollowed(long size) throws IOException {
        for (var from = end + 1; from + HEAD_BYTES <= size; from += SEARCH_BYTES) {
            var bytes = read(from, (int) Math.min(SEARCH_BYTES + HEAD_BYTES - 1, size - from));
            for (var i = 0; i + HEAD_BYTES <= bytes.limit(); i++) {
                var forced = bytes.getLong(i + Long.BYTES);
                if (forced > end && forced <= from + i && frame(from + i, size) != null) {
                    return true;
                }
            }
        }
        return false;
    }

    private Damaged damaged(long at) {
        return new Damaged(file + ": damaged at byte " + at + " (expected: a whole frame)");
    }

    /** Where the next frame goes. */
    public long end() {
        return end;
    }

    /** The last frame; null when there is none. */
    public byte @Nullable [] last() throws IOException {
        return lastAt < 0 ? null : frame(lastAt, end);
    }

    /** The frame at {@code at}, where one begins. */
    public byte[] at(long at) throws IOException {
        var frame = frame(at, end);
        if (frame == null) {
            throw damaged(at);
        }
        return frame;
    }

    /** Where the frame behind {@code frame}, which is at {@code at}, begins. */
    public static long behind(long at, byte[] frame) {
        return at + HEAD_BYTES + frame.length;
    }

    /** Writes {@code frames} in one go; they are on the disk when this returns, or none of them is counted. */
    public void append(List<byte[]> frames) throws IOException {
        var at = end;
        var last = lastAt;
        try {
            for (var frame : frames) {
                var head = ByteBuffer.allocate(HEAD_BYTES);
                head.putInt(frame.length)
                        .putInt(checksum(end, frame))
                        .putLong(end)
                        .flip();
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

    /** The frame at {@code at}; null when the bytes up to {@code size} hold no whole one. */
    private byte @Nullable [] frame(long at, long size) throws IOException {
        if (at + HEAD_BYTES > size) {
            return null;
        }
        var head = read(at, HEAD_BYTES);
        var length = head.getInt();
        var checksum = head.getInt();
        var forced = head.getLong();
        if (length <= 0 || at + HEAD_BYTES + length > size) {
            return null;
        }
        var frame = read(at + HEAD_BYTES, length).array();
        return checksum(forced, frame) == checksum ? frame : null;
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

    private static int checksum(long forced, byte[] frame) {
        var crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Long.BYTES).putLong(forced).flip());
        crc.update(frame);
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
