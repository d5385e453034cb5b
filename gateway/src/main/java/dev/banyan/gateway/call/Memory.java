package dev.banyan.gateway.call;

import dev.banyan.gateway.http.Refusal;
import io.netty.util.internal.PlatformDependent;

/** How much is taken of the memory that all bytes on their way share: the direct memory of the JVM. */
public final class Memory {

    /*
     * Past its end an allocation fails, and with it whichever connection happens to read next. So requests are turned away
     * before: first those that bring a body, which is what fills memory while its backend does not take it, then all. Bodies of requests that
     * were let in earlier may be far more than is left by then, so that from some point on what of them would have to wait ends its request.
     * What is left between that and the end is for what goes on at once, and for the pool, which takes memory by the megabyte.
     */
    private static final long MAX = PlatformDependent.maxDirectMemory();

    /** What a request is answered with for which there is too little. */
    public static final Refusal REFUSAL = new Refusal(503, "the gateway is short of memory at the moment");

    private Memory() {}

    /** Whether a request should be turned away, and sooner if it {@code hasBody}. */
    static boolean isShort(boolean hasBody) {
        return isShort(hasBody, PlatformDependent.usedDirectMemory(), MAX);
    }

    /** The same, when {@code used} of {@code max} bytes are taken. */
    static boolean isShort(boolean hasBody, long used, long max) {
        return used > (hasBody ? max / 3 * 2 : max / 20 * 19);
    }

    /** Whether nothing more of a body should wait for its backend. */
    public static boolean isFull() {
        return isFull(PlatformDependent.usedDirectMemory(), MAX);
    }

    /** The same, when {@code used} of {@code max} bytes are taken. */
    static boolean isFull(long used, long max) {
        return used > max / 6 * 5;
    }
}
