package dev.banyan.bridge.change;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An event of a part of a transaction, and what the mapper needs to make its part of the whole. */
public final class PartEvent {

    private static final int NONE = -1;

    /** As bytes, and back. */
    public static final LargeList.Codec<PartEvent> CODEC = new LargeList.Codec<>() {
        @Override
        public void write(DataOutputStream out, PartEvent event) throws IOException {
            out.writeInt(event.place);
            out.writeInt(event.rule);
            EventBytes.CODEC.write(out, event.event);
            var told = event.told;
            out.writeInt(told == null ? NONE : told.length);
            if (told != null) {
                out.write(told);
            }
        }

        @Override
        public PartEvent read(DataInputStream in) throws IOException {
            var place = in.readInt();
            var rule = in.readInt();
            var event = EventBytes.CODEC.read(in);
            var length = in.readInt();
            return new PartEvent(place, rule, event, length == NONE ? null : in.readNBytes(length));
        }

        @Override
        public long bytes(PartEvent event) {
            return event.event.characters() + (event.told == null ? 0 : event.told.length);
        }
    };

    private final int place;
    private final int rule;
    private final DomainEvent event;
    private final byte @Nullable [] told;

    public PartEvent(int place, int rule, DomainEvent event, byte @Nullable [] told) {
        this.place = place;
        this.rule = rule;
        this.event = event;
        this.told = told;
    }

    /** The place of the change that touched its aggregate first, among all of the transaction. */
    public int place() {
        return place;
    }

    /** The number under which the mapper knows the rule that named it. */
    public int rule() {
        return rule;
    }

    public DomainEvent event() {
        return event;
    }

    /** What the mapper may ask of it later, which nobody else can read. */
    public byte @Nullable [] told() {
        return told;
    }
}
