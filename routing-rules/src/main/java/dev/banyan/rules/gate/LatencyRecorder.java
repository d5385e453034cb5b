package dev.banyan.rules.gate;

import org.HdrHistogram.ConcurrentHistogram;

/** Records times from any thread without waiting. */
public final class LatencyRecorder {

    private final ConcurrentHistogram histogram = new ConcurrentHistogram(1, Latencies.MICROS_MAX, Latencies.DIGITS);

    public void record(long nanos) {
        histogram.recordValue(Latencies.clamp(nanos / 1_000));
    }

    /** What was recorded since the beginning. */
    public Latencies soFar() {
        return Latencies.copyOf(histogram);
    }
}
