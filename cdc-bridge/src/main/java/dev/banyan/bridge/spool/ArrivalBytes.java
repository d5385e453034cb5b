package dev.banyan.bridge.spool;

import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.engine.OffsetRule;
import dev.banyan.bridge.store.ChangeBytes;
import dev.banyan.bridge.store.OffsetText;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An arrival as bytes, and back. */
final class ArrivalBytes {

    /*
     * Up to version 2 it said only whether a backfill was under way on the way there, and which one in the offset, where it was still under way.
     * Version 2 was for transactions whose changes lie in a file of their own.
     */
    private static final int VERSION_OLD_LARGE = 2;

    private static final int VERSION = 3;

    private ArrivalBytes() {}

    static byte[] write(Arrival arrival) {
        var bytes = new ByteArrayOutputStream(512);
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeLong(arrival.lsn());
            write(out, arrival.signal());
            var offset = OffsetText.write(arrival.offset()).getBytes(StandardCharsets.UTF_8);
            out.writeInt(offset.length);
            out.write(offset);
            var transaction = arrival.transaction();
            out.writeBoolean(transaction != null);
            if (transaction != null) {
                out.writeUTF(transaction.txId());
                var time = transaction.commitTime();
                out.writeLong(time.getEpochSecond());
                out.writeInt(time.getNano());
                write(out, transaction.cause().id());
                write(out, transaction.cause().traceparent());
                out.writeBoolean(arrival.isLarge());
                if (arrival.isLarge()) {
                    out.writeInt(transaction.changes().size());
                } else {
                    out.write(ChangeBytes.write(transaction.changes()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing an arrival", e);
        }
        return bytes.toByteArray();
    }

    /** The changes of the transaction at a position that lie in a file of their own. */
    interface Large {
        List<Change> changes(long lsn, int rows) throws IOException;
    }

    static Arrival read(byte[] bytes, Large large) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            var version = in.readByte();
            if (version < 1 || version > VERSION) {
                throw new SpoolUnreadable("an arrival of version " + version + " (expected: at most " + VERSION + ")");
            }
            var isOld = version < VERSION;
            var lsn = in.readLong();
            var isUnderWay = in.readBoolean();
            var signal = isUnderWay && !isOld ? in.readUTF() : null;
            var offset = OffsetText.read(new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8));
            if (isOld) {
                signal = OffsetRule.snapshotSignal(offset);
            }
            if (!in.readBoolean()) {
                return new Arrival(null, lsn, offset, signal);
            }
            var txId = in.readUTF();
            var time = Instant.ofEpochSecond(in.readLong(), in.readInt());
            var cause = new Cause(readText(in), readText(in));
            var isLarge = isOld ? version == VERSION_OLD_LARGE : in.readBoolean();
            var changes = isLarge ? large.changes(lsn, in.readInt()) : ChangeBytes.read(in.readAllBytes());
            var transaction = new Transaction(lsn, txId, time, changes, cause);
            return new Arrival(transaction, lsn, offset, signal);
        } catch (IOException e) {
            throw new SpoolUnreadable("reading an arrival", e);
        }
    }

    private static void write(DataOutputStream out, @Nullable String text) throws IOException {
        out.writeBoolean(text != null);
        if (text != null) {
            out.writeUTF(text);
        }
    }

    private static @Nullable String readText(DataInputStream in) throws IOException {
        return in.readBoolean() ? in.readUTF() : null;
    }
}
