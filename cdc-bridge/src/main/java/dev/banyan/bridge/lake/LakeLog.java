package dev.banyan.bridge.lake;

import java.io.Closeable;
import java.io.IOException;

/** The segment that is being written. One thread uses it. */
interface LakeLog extends Closeable {

    /** Appends {@code unit}; it is safe when this returns, and either wholly there or not at all when it does not. */
    void append(LakeUnit unit) throws IOException;

    /** How much was appended, before it is compressed. */
    long bytes() throws IOException;
}
