package dev.banyan.gateway.mirror;

import dev.banyan.gateway.backend.Limit;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A body as far as it is kept; used by one thread at a time. */
final class Collected {

    /*
     * Nearly all copies are answered like their callers were. So a reply is first held against the other one, and nothing of it
     * is kept for as long as it is the same.
     */

    private static final byte[] NOTHING = {};
    private static final int GROWTH_BYTES = 1024;

    private final int bytesMax;
    private @Nullable Collected like;
    private byte[] bytes = NOTHING;
    private int length;
    private boolean tooLong;
    /** What its bytes are taken from, as long as nobody has taken them for it. */
    private @Nullable Limit memory;

    private boolean noRoom;

    /** @param like a whole body that this one is probably equal to, or null */
    Collected(int bytesMax, @Nullable Collected like) {
        this.bytesMax = bytesMax;
        this.like = like;
    }

    /** Returns one whose bytes are taken from {@code memory} as they come. */
    static Collected within(int bytesMax, Limit memory) {
        var body = new Collected(bytesMax, null);
        body.memory = memory;
        return body;
    }

    /** Says how long the body will be. */
    void expect(long bytesExpected) {
        if (bytesExpected > bytesMax) {
            forget();
        } else if (like == null && bytes.length < bytesExpected) {
            bytes = Arrays.copyOf(bytes, (int) bytesExpected);
        }
    }

    /** Copies a piece, which stays its owner's. What is longer than the limit is forgotten whole. */
    void add(ByteBuf piece) {
        int more = piece.readableBytes();
        if (more == 0 || tooLong || noRoom) {
            return;
        }
        if (more > bytesMax - length) {
            forget();
            return;
        }
        if (like == null || !like.holds(piece, length)) {
            makeRoom(length + more);
            if (noRoom) {
                return;
            }
            piece.getBytes(piece.readerIndex(), bytes, length, more);
        }
        length += more;
    }

    private boolean holds(ByteBuf piece, int at) {
        int more = piece.readableBytes();
        if (more > length - at) {
            return false;
        }
        ByteBuffer theirs =
                piece.nioBufferCount() == 1 ? piece.internalNioBuffer(piece.readerIndex(), more) : piece.nioBuffer();
        return ByteBuffer.wrap(held(), at, more).equals(theirs);
    }

    private void makeRoom(int needed) {
        Collected equal = like;
        like = null;
        if (equal != null) {
            bytes = Arrays.copyOf(equal.held(), needed); // what was equal so far, and room for what comes now
        } else if (needed > bytes.length) {
            int grown = bytes.length == 0 ? needed : Math.max(GROWTH_BYTES, 2 * bytes.length);
            int room = Math.min(bytesMax, Math.max(needed, grown));
            if (memory != null && !memory.take(room - bytes.length)) {
                noRoom = true;
                drop();
                return;
            }
            bytes = Arrays.copyOf(bytes, room);
        }
    }

    /** Keeps nothing of it, now or later. */
    void forget() {
        tooLong = true;
        drop();
    }

    private void drop() {
        giveBack();
        like = null;
        bytes = NOTHING;
        length = 0;
    }

    /** Gives back the memory it has taken: it is not needed any more, or somebody else has taken as much for it. */
    void giveBack() {
        Limit from = memory;
        memory = null;
        if (from != null) {
            from.giveBack(bytes.length);
        }
    }

    /** Whether it was forgotten because there was no memory for it. */
    boolean hadNoRoom() {
        return noRoom;
    }

    boolean isTooLong() {
        return tooLong;
    }

    /** Whether both hold the same bytes. */
    boolean isEqualTo(Collected other) {
        return length == other.length && (like == other || Arrays.equals(held(), 0, length, other.held(), 0, length));
    }

    byte[] toBytes() {
        byte[] held = held();
        return held.length == length ? held : Arrays.copyOf(held, length);
    }

    /** Returns the bytes, which are not kept here any more. */
    byte[] handOver() {
        byte[] whole = toBytes();
        drop();
        return whole;
    }

    private byte[] held() {
        return like == null ? bytes : like.held();
    }
}
