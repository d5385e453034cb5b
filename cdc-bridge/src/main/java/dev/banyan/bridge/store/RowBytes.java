package dev.banyan.bridge.store;

import dev.banyan.bridge.change.Columns;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.Untouched;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The compact form in which a remembered row is stored. Every type a {@link Row} may hold comes back as the same type. */
final class RowBytes {

    /*
     * The names of the columns come first, together, because many rows share them: as bytes they are copied and compared, not written
     * and read one by one.
     */
    private static final int VERSION = 1;

    private static final int COLUMNS_MAX = 10_000;
    private static final Map<ByteBuffer, Columns> COLUMNS = new ConcurrentHashMap<>();

    private RowBytes() {}

    static byte[] write(Row row) {
        var bytes = new ByteArrayOutputStream(256);
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            var names = row.columns().bytes();
            out.writeInt(names.length);
            out.write(names);
            for (var place = 0; place < row.values().size(); place++) {
                write(out, row.at(place));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing a row", e);
        }
        return bytes.toByteArray();
    }

    static Row read(byte[] bytes) {
        return read(bytes, 0);
    }

    /** The row that begins at {@code from}. */
    static Row read(byte[] bytes, int from) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes, from, bytes.length - from))) {
            var version = in.readByte();
            if (version != VERSION) {
                throw new IllegalStateException("stored row: version " + version + " (expected: " + VERSION + ")");
            }
            var length = in.readInt();
            var columns = columns(ByteBuffer.wrap(bytes, from + Byte.BYTES + Integer.BYTES, length));
            in.skipNBytes(length);
            var values = new @Nullable Object[columns.names().size()];
            for (var place = 0; place < values.length; place++) {
                values[place] = readValue(in);
            }
            return columns.row(values);
        } catch (IOException e) {
            throw new UncheckedIOException("reading a stored row", e);
        }
    }

    private static Columns columns(ByteBuffer names) {
        var known = COLUMNS.get(names);
        if (known == null) {
            if (COLUMNS.size() >= COLUMNS_MAX) {
                COLUMNS.clear();
            }
            known = Columns.of(names.duplicate());
            COLUMNS.put(ByteBuffer.wrap(known.bytes()), known);
        }
        return known;
    }

    private static void write(DataOutputStream out, @Nullable Object value) throws IOException {
        switch (value) {
            case null -> out.writeByte('0');
            case Untouched _ -> out.writeByte('U');
            case String text -> {
                out.writeByte('s');
                writeBytes(out, text.getBytes(StandardCharsets.UTF_8));
            }
            case Short number -> {
                out.writeByte('h');
                out.writeShort(number);
            }
            case Integer number -> {
                out.writeByte('i');
                out.writeInt(number);
            }
            case Long number -> {
                out.writeByte('l');
                out.writeLong(number);
            }
            case Float number -> {
                out.writeByte('f');
                out.writeFloat(number);
            }
            case Double number -> {
                out.writeByte('d');
                out.writeDouble(number);
            }
            case Boolean flag -> {
                out.writeByte('b');
                out.writeBoolean(flag);
            }
            case BigDecimal number -> {
                out.writeByte('n');
                out.writeInt(number.scale());
                writeBytes(out, number.unscaledValue().toByteArray());
            }
            case byte[] bytes -> {
                out.writeByte('x');
                writeBytes(out, bytes);
            }
            case LocalDate date -> {
                out.writeByte('D');
                out.writeLong(date.toEpochDay());
            }
            case LocalTime time -> {
                out.writeByte('T');
                out.writeLong(time.toNanoOfDay());
            }
            case LocalDateTime time -> {
                out.writeByte('L');
                out.writeLong(time.toLocalDate().toEpochDay());
                out.writeLong(time.toLocalTime().toNanoOfDay());
            }
            case OffsetDateTime time -> {
                out.writeByte('O');
                out.writeUTF(time.toString());
            }
            case OffsetTime time -> {
                out.writeByte('P');
                out.writeUTF(time.toString());
            }
            case UUID id -> {
                out.writeByte('u');
                out.writeLong(id.getMostSignificantBits());
                out.writeLong(id.getLeastSignificantBits());
            }
            case List<?> list -> {
                out.writeByte('a');
                out.writeInt(list.size());
                for (var element : list) {
                    write(out, element);
                }
            }
            default ->
                throw new IllegalArgumentException(
                        "stored value: " + value.getClass().getName() + " (expected: a type a row may hold)");
        }
    }

    private static @Nullable Object readValue(DataInputStream in) throws IOException {
        var tag = (char) in.readByte();
        return switch (tag) {
            case '0' -> null;
            case 'U' -> Untouched.VALUE;
            case 's' -> new String(readBytes(in), StandardCharsets.UTF_8);
            case 'h' -> in.readShort();
            case 'i' -> in.readInt();
            case 'l' -> in.readLong();
            case 'f' -> in.readFloat();
            case 'd' -> in.readDouble();
            case 'b' -> in.readBoolean();
            case 'n' -> {
                var scale = in.readInt();
                yield new BigDecimal(new BigInteger(readBytes(in)), scale);
            }
            case 'x' -> readBytes(in);
            case 'D' -> LocalDate.ofEpochDay(in.readLong());
            case 'T' -> LocalTime.ofNanoOfDay(in.readLong());
            case 'L' -> {
                var date = LocalDate.ofEpochDay(in.readLong());
                yield LocalDateTime.of(date, LocalTime.ofNanoOfDay(in.readLong()));
            }
            case 'O' -> OffsetDateTime.parse(in.readUTF());
            case 'P' -> OffsetTime.parse(in.readUTF());
            case 'u' -> {
                var most = in.readLong();
                yield new UUID(most, in.readLong());
            }
            case 'a' -> {
                var size = in.readInt();
                var list = new ArrayList<@Nullable Object>(size);
                for (var i = 0; i < size; i++) {
                    list.add(readValue(in));
                }
                yield list;
            }
            default -> throw new IllegalStateException("stored row: value tag " + tag + " (expected: one of ours)");
        };
    }

    private static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] readBytes(DataInputStream in) throws IOException {
        return in.readNBytes(in.readInt());
    }
}
