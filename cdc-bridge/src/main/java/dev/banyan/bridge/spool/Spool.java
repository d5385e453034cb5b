package dev.banyan.bridge.spool;

import dev.banyan.bridge.change.Arrival;
import java.util.List;
import java.util.Optional;

/** Arrivals in their order, on the disk. One thread appends, another one takes; a spool that was emptied is closed and never used again. */
public interface Spool extends AutoCloseable {

    /** Appends {@code arrivals}, which lie behind all before; they are on the disk when this returns. A {@link SpoolFull} appends nothing. */
    void append(List<Arrival> arrivals);

    /** The last arrival on the disk; empty before the first. */
    Optional<Arrival> end();

    /**
     * The next arrivals that were not taken yet, at least one and then until they have {@code rowsMax} rows or are large together; empty when
     * there is none.
     */
    List<Arrival> take(int rowsMax);

    /** All that was taken so far is safe elsewhere: it may be forgotten. */
    void forgetTaken();

    /** True when nothing is left to be taken. */
    boolean isEmpty();

    /** Bytes on the disk. */
    long bytes();

    /** Forgets everything. */
    void delete();

    @Override
    void close();
}
