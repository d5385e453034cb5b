package dev.banyan.bench.measure;

import java.io.IOException;

/** What a JVM alone knows of itself; every question fails once it has ended. */
public interface Probe extends AutoCloseable {

    /** Returns the bytes of heap that all threads, also those that have ended, ever asked for. */
    long allocatedBytes() throws IOException;

    /** Returns how long its compilers have worked so far, in milliseconds, all together. */
    long compiledMillis() throws IOException;

    /** Returns whether its compilers have work, or work that waits for them. */
    boolean isCompiling() throws IOException;

    /** Collects garbage and returns the bytes of heap that are then in use. */
    long liveBytes() throws IOException;

    @Override
    void close() throws IOException;
}
