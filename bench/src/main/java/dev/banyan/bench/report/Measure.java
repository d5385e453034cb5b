package dev.banyan.bench.report;

/** What one figure is about; {@code decimals} are as many as it is worth. */
public enum Measure {
    REQUESTS("requests/s", 0),
    ROWS("rows/s", 0),
    GIGABYTES("GB/s", 2),
    P50("p50 ms", 2),
    P99("p99 ms", 2),
    HALF_LOAD("asked/s for p50, p99", 0),
    CPU("CPU µs/request", 1),
    CPU_ROW("CPU µs/row", 1),
    CPU_UPSTREAM("CPU µs/request, upstream", 1),
    CPU_LOAD("CPU µs/request, load", 1),
    ALLOCATED("bytes allocated/request", 0),
    RESIDENT("RSS MB after", 0),
    MIRRORED("mirrored %", 1),
    IDLE_RESIDENT("RSS KB/connection", 1),
    IDLE_LIVE("live heap KB/connection", 1),
    READY("s to ready", 2),
    GROWTH("RSS growth MB", 0),
    REPEATED("messages repeated", 0);

    private final String label;
    private final int decimals;

    Measure(String label, int decimals) {
        this.label = label;
        this.decimals = decimals;
    }

    public String label() {
        return label;
    }

    public int decimals() {
        return decimals;
    }
}
