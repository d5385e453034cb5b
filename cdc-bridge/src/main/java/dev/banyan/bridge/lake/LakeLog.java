package dev.banyan.bridge.lake;

import dev.banyan.bridge.hub.HubPosition;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The segment that is being written: frames of whole units, each with its length and checksum. */
final class LakeLog implements Closeable {

    private static final int FRAME_BYTES_MAX = 512 << 20;
    private static final int HEAD_BYTES = 8;
    private static final JsonMapper JSON = JsonMapper.shared();

    /**
     * What one append wrote: the events of whole transactions. {@code reach} is how far the lake has got with it; {@code name} names a unit
     * that does not move it (what was resubmitted) and is empty else.
     */
    record Unit(String name, @Nullable HubPosition reach, List<String> lines) {
        Unit {
            lines = List.copyOf(lines);
        }
    }

    private record Head(String name, @Nullable HubPosition reach, int events) {}

    private final FileChannel channel;

    private LakeLog(FileChannel channel) {
        this.channel = channel;
    }

    /** Opens {@code file} to go on writing: a last frame that is not whole is cut off. What is in it goes to {@code units}. */
    static LakeLog open(Path file, List<Unit> units) throws IOException {
        var channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        var end = read(channel, units);
        channel.truncate(end);
        channel.position(end);
        return new LakeLog(channel);
    }

    /** The whole units that {@code file} holds now; it may be written meanwhile. */
    static List<Unit> read(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var units = new ArrayList<Unit>();
            read(channel, units);
            return units;
        }
    }

    private static long read(FileChannel channel, List<Unit> units) throws IOException {
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
            units.add(unit(frame));
            at += HEAD_BYTES + length;
        }
        return at;
    }

    private static Unit unit(byte[] frame) {
        var lines = new String(frame, StandardCharsets.UTF_8).split("\n", -1);
        var head = JSON.readValue(lines[0], Head.class);
        return new Unit(head.name, head.reach, List.of(lines).subList(1, lines.length));
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

    /** Appends {@code unit}; it is on the disk when this returns. */
    void append(Unit unit) throws IOException {
        var text = new StringBuilder(JSON.writeValueAsString(new Head(unit.name, unit.reach, unit.lines.size())));
        unit.lines.forEach(line -> text.append('\n').append(line));
        var frame = text.toString().getBytes(StandardCharsets.UTF_8);
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

    long bytes() throws IOException {
        return channel.position();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
