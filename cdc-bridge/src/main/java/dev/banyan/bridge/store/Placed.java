package dev.banyan.bridge.store;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.LargeList;
import dev.banyan.bridge.change.PartEvent;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** A change of a part of a transaction, and the place that it has in all of it. */
public record Placed(int place, Change change) {

    private static final int NONE = -1;

    /** Placed changes as bytes, and back. */
    public static final LargeList.Codec<Placed> CODEC = new LargeList.Codec<>() {
        @Override
        public void write(DataOutputStream out, Placed placed) throws IOException {
            out.writeInt(placed.place);
            ChangeBytes.CODEC.write(out, placed.change);
        }

        @Override
        public Placed read(DataInputStream in) throws IOException {
            return new Placed(in.readInt(), ChangeBytes.CODEC.read(in));
        }

        @Override
        public long bytes(Placed placed) {
            return placed.change.bytes();
        }
    };

    /** Events of parts as bytes, and back. */
    public static final LargeList.Codec<PartEvent> EVENTS = new LargeList.Codec<>() {
        @Override
        public void write(DataOutputStream out, PartEvent event) throws IOException {
            out.writeInt(event.place());
            out.writeInt(event.rule());
            EventBytes.CODEC.write(out, event.event());
            var told = event.told();
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
            return event.event().characters();
        }
    };
}
