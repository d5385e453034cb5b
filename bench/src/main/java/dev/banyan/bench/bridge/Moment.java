package dev.banyan.bench.bridge;

import dev.banyan.bench.measure.ProcessTree;

/** The clock and a carrier's processor time; two of them bound a measurement. In nanoseconds. */
record Moment(long wallNanos, long carrierNanos) {

    static Moment now(ProcessTree carrier) {
        return new Moment(System.nanoTime(), carrier.cpuNanos());
    }

    Moment since(Moment earlier) {
        return new Moment(wallNanos - earlier.wallNanos, carrierNanos - earlier.carrierNanos);
    }
}
