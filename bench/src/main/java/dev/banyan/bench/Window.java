package dev.banyan.bench;

import dev.banyan.bench.measure.Machine;
import dev.banyan.bench.measure.ProcessTree;

/** The clock and the processor times of all who matter at one moment; two of them bound a measurement. In nanoseconds. */
record Window(long nanos, long peer, long upstream, long load, long machine) {

    /** Returns this moment. Without a proxy {@code peer} is null. */
    static Window now(@org.jspecify.annotations.Nullable ProcessTree peer, ProcessTree upstream) {
        return new Window(
                System.nanoTime(),
                peer == null ? 0 : peer.cpuNanos(),
                upstream.cpuNanos(),
                ProcessTree.self().cpuNanos(),
                Machine.busyNanos());
    }

    /** Returns what was spent since {@code earlier}. */
    Window since(Window earlier) {
        return new Window(
                nanos - earlier.nanos,
                peer - earlier.peer,
                upstream - earlier.upstream,
                load - earlier.load,
                machine - earlier.machine);
    }

    double seconds() {
        return nanos / 1e9;
    }

    /** Returns the processor time that was spent by none of ours. */
    long others() {
        return Math.max(0, machine - peer - upstream - load);
    }
}
