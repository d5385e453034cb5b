package dev.banyan.rules.gate;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/** How long replies took, each to within 1 %: an immutable HdrHistogram in microseconds, up to an hour. */
public final class Latencies {

    /** The longest time that is told apart from longer ones. */
    static final long MICROS_MAX = Duration.ofHours(1).toNanos() / 1_000;

    /** Two digits: a bucket is at most 1/128 wide. */
    static final int DIGITS = 2;

    /** No replies. */
    public static final Latencies NONE = new Latencies(empty());

    private final Histogram histogram;

    private Latencies(Histogram histogram) {
        this.histogram = histogram;
    }

    static Histogram empty() {
        return new Histogram(1, MICROS_MAX, DIGITS);
    }

    /** A copy of what another histogram holds now, which may be recorded into at the same time. */
    static Latencies copyOf(org.HdrHistogram.AbstractHistogram source) {
        Histogram copy = empty();
        copy.add(source);
        return new Latencies(copy);
    }

    /** So many replies of one time. */
    public static Latencies of(Duration time, long count) {
        Histogram one = empty();
        one.recordValueWithCount(clamp(time.toNanos() / 1_000), count);
        return new Latencies(one);
    }

    static long clamp(long micros) {
        return Math.max(1, Math.min(MICROS_MAX, micros));
    }

    /** Both together. */
    public Latencies plus(Latencies other) {
        Histogram sum = histogram.copy();
        sum.add(other.histogram);
        return new Latencies(sum);
    }

    /** What came after {@code earlier}, which this one contains. */
    public Latencies minus(Latencies earlier) {
        Histogram difference = histogram.copy();
        difference.subtract(earlier.histogram);
        return new Latencies(difference);
    }

    /** The same times in other numbers: {@code total} replies, spread as these are. */
    Latencies scaledTo(long total) {
        Histogram scaled = empty();
        long seen = 0;
        long given = 0;
        for (HistogramIterationValue each : histogram.recordedValues()) {
            seen += each.getCountAddedInThisIterationStep();
            long due = Math.round((double) seen / count() * total);
            if (due > given) {
                scaled.recordValueWithCount(each.getValueIteratedTo(), due - given);
                given = due;
            }
        }
        return new Latencies(scaled);
    }

    public long count() {
        return histogram.getTotalCount();
    }

    /** The time that {@code percentile} of a hundred replies did not exceed, in milliseconds; 0 when there are none. */
    public double millisAt(int percentile) {
        return count() == 0 ? 0 : histogram.getValueAtPercentile(percentile) / 1_000.0;
    }

    /** The buckets that hold anything, from the fastest up. */
    Buckets buckets() {
        int size = 0;
        for (HistogramIterationValue each : histogram.recordedValues()) {
            size += each.getCountAddedInThisIterationStep() > 0 ? 1 : 0;
        }
        var buckets = new Buckets(new long[size], new long[size], new long[size]);
        int i = 0;
        for (HistogramIterationValue each : histogram.recordedValues()) {
            if (each.getCountAddedInThisIterationStep() > 0) {
                buckets.low[i] = histogram.lowestEquivalentValue(each.getValueIteratedTo());
                buckets.high[i] = histogram.highestEquivalentValue(each.getValueIteratedTo());
                buckets.upTo[i] = each.getTotalCountToThisValue();
                i++;
            }
        }
        return buckets;
    }

    /** The compressed form in which counts are stored. */
    public byte[] toBytes() {
        var buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(buffer);
        return Arrays.copyOf(buffer.array(), length);
    }

    /** Reads what {@link #toBytes} wrote. */
    public static Latencies fromBytes(byte[] bytes) {
        try {
            return copyOf(Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(bytes), MICROS_MAX));
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("latencies: " + bytes.length + " bytes (expected: a histogram)", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Latencies that && histogram.equals(that.histogram);
    }

    @Override
    public int hashCode() {
        return histogram.hashCode();
    }

    @Override
    public String toString() {
        return count() + " replies, p50 " + millisAt(50) + " ms, p95 " + millisAt(95) + " ms";
    }

    /**
     * The buckets of a histogram that hold anything; a bucket is from {@code low} to {@code high} microseconds, both inclusive.
     *
     * @param upTo how many replies are in a bucket and those before it
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared, and as small as can be
    record Buckets(long[] low, long[] high, long[] upTo) {

        int size() {
            return low.length;
        }

        long total() {
            return size() == 0 ? 0 : upTo[size() - 1];
        }

        /** How many replies are before bucket {@code i}. */
        long before(int i) {
            return i == 0 ? 0 : upTo[i - 1];
        }

        /** How many replies are surely below {@code micros}. */
        long surelyBelow(double micros) {
            int low = 0;
            int high = size();
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (this.high[middle] < micros) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return before(low);
        }

        /** How many replies may be at or below {@code micros}. */
        long perhapsAtMost(double micros) {
            int low = 0;
            int high = size();
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (this.low[middle] <= micros) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return before(low);
        }
    }
}
