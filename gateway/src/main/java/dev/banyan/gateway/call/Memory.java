package dev.banyan.gateway.call;

import io.netty.util.internal.PlatformDependent;

/** How much is taken of the memory that all bytes on their way share: the direct memory of the JVM. */
final class Memory {

    /*
     * Past its end an allocation fails, and with it whichever connection happens to read next. So requests are turned away
     * before: first those that bring a body, which is what fills memory while its backend does not take it, then all. What is
     * left between the two limits and the end is for the bodies of requests that were let in earlier, and for the pool, which takes
     * memory by the megabyte.
     */
    private static final long MAX = PlatformDependent.maxDirectMemory();
    private static final long BODIES_MAX = MAX / 3 * 2;
    private static final long ALL_MAX = MAX / 20 * 19;

    private Memory() {}

    /** Whether a request should be turned away, and sooner if it {@code hasBody}. */
    static boolean isShort(boolean hasBody) {
        return PlatformDependent.usedDirectMemory() > (hasBody ? BODIES_MAX : ALL_MAX);
    }
}
