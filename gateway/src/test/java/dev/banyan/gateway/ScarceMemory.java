package dev.banyan.gateway;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.function.IntPredicate;

/** Gives only those buffers whose size it has. */
public final class ScarceMemory extends AbstractByteBufAllocator {

    private final IntPredicate has;

    public ScarceMemory(IntPredicate has) {
        super(true);
        this.has = has;
    }

    @Override
    protected ByteBuf newHeapBuffer(int capacity, int most) {
        check(capacity);
        return UnpooledByteBufAllocator.DEFAULT.heapBuffer(capacity, most);
    }

    @Override
    protected ByteBuf newDirectBuffer(int capacity, int most) {
        check(capacity);
        return UnpooledByteBufAllocator.DEFAULT.directBuffer(capacity, most);
    }

    private void check(int capacity) {
        if (!has.test(capacity)) {
            throw new OutOfMemoryError("as when nothing is left");
        }
    }

    @Override
    public boolean isDirectBufferPooled() {
        return false;
    }
}
