package dev.banyan.bench;

/** Adds up how much of the machine went to programs that are none of ours while we measured. */
final class OthersBusy {

    private long othersNanos;
    private long wallNanos;

    void add(Window spent) {
        othersNanos += spent.others();
        wallNanos += spent.nanos();
    }

    /** Returns the share, 0 to 1, of all {@code cores}; 0 when nothing was measured. */
    double share(int cores) {
        return wallNanos == 0 ? 0 : (double) othersNanos / wallNanos / cores;
    }
}
