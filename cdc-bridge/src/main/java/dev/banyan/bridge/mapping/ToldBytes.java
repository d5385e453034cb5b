package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.LargeList;
import dev.banyan.bridge.mapping.AggregateState.ChildRow;
import dev.banyan.bridge.mapping.Field.Money;
import dev.banyan.bridge.mapping.RuleChoice.Difference;
import dev.banyan.bridge.mapping.RuleChoice.Op;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an event tells of as bytes, and back: all that a condition may ask of it, so neither keys of rows nor what differs. */
final class ToldBytes {

    /** Such bytes one after the other. */
    static final LargeList.Codec<byte[]> CODEC = new LargeList.Codec<>() {
        @Override
        public void write(DataOutputStream out, byte[] told) throws IOException {
            out.writeInt(told.length);
            out.write(told);
        }

        @Override
        public byte[] read(DataInputStream in) throws IOException {
            return in.readNBytes(in.readInt());
        }

        @Override
        public long bytes(byte[] told) {
            return told.length;
        }
    };

    private ToldBytes() {}

    /** Of a row of a list {@code whole} is also the aggregate that it is of, which its events all have in common. */
    static byte[] of(Difference difference, boolean whole) {
        var bytes = new ByteArrayOutputStream(128);
        try (var out = new DataOutputStream(bytes)) {
            out.writeUTF(difference.op().name());
            write(out, difference.before());
            write(out, difference.after());
            write(out, whole ? difference.aggregate() : null);
        } catch (IOException e) {
            throw new UncheckedIOException("writing into memory", e);
        }
        return bytes.toByteArray();
    }

    static Difference read(byte[] told) {
        try (var in = new DataInputStream(new ByteArrayInputStream(told))) {
            var op = Op.valueOf(in.readUTF());
            return new Difference(op, state(in), state(in), List.of(), state(in));
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
    }

    private static void write(DataOutputStream out, @Nullable AggregateState state) throws IOException {
        out.writeBoolean(state != null);
        if (state != null) {
            write(out, state.fields(), state.children());
        }
    }

    private static void write(DataOutputStream out, List<@Nullable Object> fields, List<List<ChildRow>> lists)
            throws IOException {
        out.writeShort(fields.size());
        for (var field : fields) {
            value(out, field);
        }
        out.writeShort(lists.size());
        for (var rows : lists) {
            out.writeInt(rows.size());
            for (var row : rows) {
                write(out, row.fields(), row.children());
            }
        }
    }

    private static void value(DataOutputStream out, @Nullable Object value) throws IOException {
        if (value == null) {
            out.writeByte('0');
            return;
        }
        switch (value) {
            case String text -> {
                out.writeByte('t');
                text(out, text);
            }
            case Long number -> {
                out.writeByte('n');
                out.writeLong(number);
            }
            case Boolean flag -> out.writeByte(flag ? 'y' : 'f');
            case Money(var amount, var currency) -> {
                out.writeByte('m');
                value(out, amount);
                value(out, currency);
            }
            default ->
                throw new IllegalStateException("a field of " + value.getClass() + " (expected: see Field.read)");
        }
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static @Nullable AggregateState state(DataInputStream in) throws IOException {
        return in.readBoolean() ? new AggregateState(fields(in), lists(in)) : null;
    }

    private static List<@Nullable Object> fields(DataInputStream in) throws IOException {
        var count = in.readUnsignedShort();
        var fields = new ArrayList<@Nullable Object>(count);
        for (var i = 0; i < count; i++) {
            fields.add(value(in));
        }
        return fields;
    }

    private static List<List<ChildRow>> lists(DataInputStream in) throws IOException {
        var count = in.readUnsignedShort();
        var lists = new ArrayList<List<ChildRow>>(count);
        for (var i = 0; i < count; i++) {
            var rows = new ArrayList<ChildRow>();
            for (var left = in.readInt(); left > 0; left--) {
                rows.add(new ChildRow(List.of(), fields(in), lists(in)));
            }
            lists.add(rows);
        }
        return lists;
    }

    private static @Nullable Object value(DataInputStream in) throws IOException {
        var kind = in.readByte();
        return switch (kind) {
            case '0' -> null;
            case 't' -> new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
            case 'n' -> in.readLong();
            case 'y' -> true;
            case 'f' -> false;
            case 'm' -> new Money((String) value(in), (String) value(in));
            default ->
                throw new IllegalStateException("a field of the kind " + kind + " (expected: one that was written)");
        };
    }
}
