package dev.banyan.bridge.change;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** Events as bytes, and back: what comes out equals what went in. */
public final class EventBytes implements LargeList.Codec<DomainEvent> {

    public static final EventBytes CODEC = new EventBytes();

    private EventBytes() {}

    @Override
    public void write(DataOutputStream out, DomainEvent event) throws IOException {
        text(out, event.id());
        text(out, event.type());
        text(out, event.topic());
        text(out, event.subject());
        var time = event.time();
        out.writeLong(time.getEpochSecond());
        out.writeInt(time.getNano());
        text(out, event.sequence());
        text(out, event.txId());
        out.writeBoolean(event.backfill());
        out.writeInt(event.changed().size());
        for (var field : event.changed()) {
            text(out, field);
        }
        textOrNone(out, event.dataschema());
        textOrNone(out, event.cause().id());
        textOrNone(out, event.cause().traceparent());
        text(out, event.data());
        textOrNone(out, event.dataref());
    }

    @Override
    public DomainEvent read(DataInputStream in) throws IOException {
        var id = text(in);
        var type = text(in);
        var topic = text(in);
        var subject = text(in);
        var time = Instant.ofEpochSecond(in.readLong(), in.readInt());
        var sequence = text(in);
        var txId = text(in);
        var backfill = in.readBoolean();
        var changed = new ArrayList<String>();
        for (var left = in.readInt(); left > 0; left--) {
            changed.add(text(in));
        }
        var dataschema = textOrNone(in);
        var cause = new Cause(textOrNone(in), textOrNone(in));
        var data = text(in);
        return new DomainEvent(
                id,
                type,
                topic,
                subject,
                time,
                sequence,
                txId,
                backfill,
                changed,
                dataschema,
                cause,
                data,
                textOrNone(in));
    }

    @Override
    public long bytes(DomainEvent event) {
        return event.characters();
    }

    private static void textOrNone(DataOutputStream out, @Nullable String text) throws IOException {
        out.writeBoolean(text != null);
        if (text != null) {
            text(out, text);
        }
    }

    private static @Nullable String textOrNone(DataInputStream in) throws IOException {
        return in.readBoolean() ? text(in) : null;
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }
}
