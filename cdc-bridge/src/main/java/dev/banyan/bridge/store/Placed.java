package dev.banyan.bridge.store;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.LargeList;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** A change of a part of a transaction, and the place that it has in all of it. */
public record Placed(int place, Change change) {

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
}
