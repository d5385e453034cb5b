package dev.banyan.bridge.store;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.LargeList;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Changes as bytes, and back: what comes out equals what went in. */
public final class ChangeBytes {

    private static final int VERSION = 1;
    private static final int HEAD_BYTES = 1 + Integer.BYTES;

    /** One change after another. */
    public static final LargeList.Codec<Change> CODEC = new LargeList.Codec<>() {
        @Override
        public void write(DataOutputStream out, Change change) throws IOException {
            ChangeBytes.write(out, change);
        }

        @Override
        public Change read(DataInputStream in) throws IOException {
            return ChangeBytes.read(in);
        }

        @Override
        public long bytes(Change change) {
            return change.bytes();
        }
    };

    /** Changes and what was written of them. */
    static final class Written {
        private final List<Change> changes;
        private final byte[] bytes;

        private Written(List<Change> changes, byte[] bytes) {
            this.changes = changes;
            this.bytes = bytes;
        }

        List<Change> changes() {
            return changes;
        }

        byte[] bytes() {
            return bytes;
        }
    }

    /** Changes in lists of so many bytes at most, each written as it is asked for; one that is larger has its own. */
    static final class Pieces implements Iterator<Written> {

        private final List<Change> changes;
        private final int bytesMax;
        private int from;
        private byte[] ahead = new byte[0]; // the change at from, if it did not fit any more

        Pieces(List<Change> changes, int bytesMax) {
            this.changes = changes;
            this.bytesMax = bytesMax;
        }

        @Override
        public boolean hasNext() {
            return from < changes.size();
        }

        @Override
        public Written next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            var bytes = new ByteArrayOutputStream(512);
            bytes.writeBytes(ahead);
            var to = ahead.length == 0 ? from : from + 1;
            for (ahead = new byte[0]; to < changes.size(); to++) {
                var one = bytes(changes.get(to));
                if (to > from && bytes.size() + one.length > bytesMax) {
                    ahead = one;
                    break;
                }
                bytes.writeBytes(one);
            }
            var piece = changes.subList(from, to);
            from = to;
            return new Written(piece, framed(piece.size(), bytes));
        }
    }

    private ChangeBytes() {}

    public static byte[] write(List<Change> changes) {
        var bytes = new ByteArrayOutputStream(512);
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeInt(changes.size());
            for (var change : changes) {
                write(out, change);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing changes", e);
        }
        return bytes.toByteArray();
    }

    private static byte[] bytes(Change change) {
        var bytes = new ByteArrayOutputStream(512);
        try (var out = new DataOutputStream(bytes)) {
            write(out, change);
        } catch (IOException e) {
            throw new UncheckedIOException("writing a change", e);
        }
        return bytes.toByteArray();
    }

    /** What {@link #write(List)} makes of so many changes, which are {@code written} one after the other. */
    private static byte[] framed(int size, ByteArrayOutputStream written) {
        return ByteBuffer.allocate(HEAD_BYTES + written.size())
                .put((byte) VERSION)
                .putInt(size)
                .put(written.toByteArray())
                .array();
    }

    public static List<Change> read(byte[] bytes) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            var version = in.readByte();
            if (version != VERSION) {
                throw new IllegalStateException("stored changes: version " + version + " (expected: " + VERSION + ")");
            }
            var size = in.readInt();
            var changes = new ArrayList<Change>(size);
            for (int i = 0; i < size; i++) {
                changes.add(read(in));
            }
            return changes;
        } catch (IOException e) {
            throw new UncheckedIOException("reading stored changes", e);
        }
    }

    private static void write(DataOutputStream out, Change change) throws IOException {
        out.writeByte(
                switch (change) {
                    case Change.Inserted _ -> 'i';
                    case Change.Updated _ -> 'u';
                    case Change.Deleted _ -> 'd';
                    case Change.Truncated _ -> 't';
                    case Change.Read _ -> 'r';
                });
        out.writeUTF(change.table().schema());
        out.writeUTF(change.table().name());
        switch (change) {
            case Change.Inserted(var _, var after) -> row(out, after);
            case Change.Updated(var _, var before, var after) -> {
                row(out, before);
                row(out, after);
            }
            case Change.Deleted(var _, var before) -> row(out, before);
            case Change.Truncated _ -> {}
            case Change.Read(var _, var after) -> row(out, after);
        }
    }

    private static Change read(DataInputStream in) throws IOException {
        var kind = (char) in.readByte();
        var table = new TableId(in.readUTF(), in.readUTF());
        return switch (kind) {
            case 'i' -> new Change.Inserted(table, whole(in));
            case 'u' -> {
                var before = row(in);
                yield new Change.Updated(table, before, whole(in));
            }
            case 'd' -> new Change.Deleted(table, whole(in));
            case 't' -> new Change.Truncated(table);
            case 'r' -> new Change.Read(table, whole(in));
            default -> throw new IllegalStateException("stored changes: kind " + kind + " (expected: one of ours)");
        };
    }

    private static void row(DataOutputStream out, @Nullable Row row) throws IOException {
        var bytes = row == null ? new byte[0] : RowBytes.write(row);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static @Nullable Row row(DataInputStream in) throws IOException {
        var bytes = in.readNBytes(in.readInt());
        return bytes.length == 0 ? null : RowBytes.read(bytes);
    }

    private static Row whole(DataInputStream in) throws IOException {
        var row = row(in);
        if (row == null) {
            throw new IllegalStateException("stored changes: a row is missing");
        }
        return row;
    }
}
