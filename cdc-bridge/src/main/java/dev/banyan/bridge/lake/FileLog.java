package dev.banyan.bridge.lake;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** A log in a file: frames of whole units, each with its length and checksum. */
final class FileLog implements LakeLog {

    private static final int FRAME_BYTES_MAX = 512 << 20;
    private static final int HEAD_BYTES = 8;

    private final FileChannel channel;

    private FileLog(FileChannel channel) {
        this.channel = channel;
    }

    /** Opens {@code file} to go on writing: a last frame that is not whole is cut off. What is in it goes to {@code units}. */
    static FileLog open(Path file, List<LakeUnit> units) throws IOException {
        var channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        var end = read(channel, units);
        channel.truncate(end);
        channel.position(end);
        return new FileLog(channel);
    }

    /** The whole units that {@code file} holds now; it may be written meanwhile. */
    static List<LakeUnit> read(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var units = new ArrayList<LakeUnit>();
            read(channel, units);
            return units;
        }
    }

    private static long read(FileChannel channel, List<LakeUnit> units) throws IOException {
        var size = channel.size();
        long at = 0;
        while (at + HEAD_BYTES <= size) {
            var head = bytes(channel, at, HEAD_BYTES);
            var length = head.getInt();
            var checksum = head.getInt();
            if (length <= 0 || length > FRAME_BYTES_MAX || at + HEAD_BYTES + length > size) {
                return at;
            }
            var frame = bytes(channel, at + HEAD_BYTES, length).array();
            if (checksum(frame) != checksum) {
                return at;
            }
            units.add(LakeUnit.read(frame));
            at += HEAD_BYTES + length;
        }
        return at;
    }

    private static ByteBuffer bytes(FileChannel channel, long at, int length) throws IOException {
        var buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, at + buffer.position()) < 0) {
                throw new EOFException("the log became shorter while it was read");
            }
        }
        return buffer.flip();
    }

    private static int checksum(byte[] bytes) {
        var crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    @Override
    public void append(LakeUnit unit) throws IOException {
        var frame = unit.bytes();
        if (frame.length > FRAME_BYTES_MAX) {
            throw new IOException("a unit of " + frame.length + " bytes (expected: at most " + FRAME_BYTES_MAX + ")");
        }
        var buffer = ByteBuffer.allocate(HEAD_BYTES + frame.length);
        buffer.putInt(frame.length).putInt(checksum(frame)).put(frame).flip();
        var start = channel.position();
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(false);
        } catch (IOException e) {
            channel.truncate(start);
            throw e;
        }
    }

    @Override
    public long bytes() throws IOException {
        return channel.position();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
