package dev.banyan.rules;

import java.time.Duration;
import java.util.List;

/**
 * Which of a route's requests are also sent to the other side, so that the two replies can be compared. The caller gets
 * the reply of its own side and never waits for the other.
 *
 * @param percent of the requests, 0 to 100; by the caller's key, so that one person is mirrored or not
 * @param methods in capitals; GET and HEAD unless {@code writes} allows others
 * @param writes what the other side does with a request that changes something
 * @param bodyBytesMax requests and replies with a longer body are not compared
 * @param timeout for the whole reply of the other side
 * @param inFlightMax mirrored requests of this route at once; beyond it a request is not mirrored, and never waits
 * @param reverse whether the baseline is asked too, within its {@code extraLoad}, while the candidate serves
 */
public record Mirror(
        int percent,
        List<String> methods,
        Writes writes,
        int bodyBytesMax,
        Duration timeout,
        int inFlightMax,
        boolean reverse) {

    /** The methods that change nothing, mirrored when a route names none. */
    public static final List<String> READS = List.of("GET", "HEAD");

    /** The longest {@code timeout}. */
    public static final Duration TIMEOUT_MAX = Duration.ofMinutes(1);

    static final int BODY_BYTES_UNSET = 64 * 1024;
    static final int BODY_BYTES_MAX = 1024 * 1024;
    static final Duration TIMEOUT_UNSET = Duration.ofSeconds(5);
    static final int IN_FLIGHT_UNSET = 100;
    static final int IN_FLIGHT_MAX = 10_000;

    public Mirror {
        methods = List.copyOf(methods);
        if (percent < 0 || percent > 100) {
            throw new IllegalArgumentException("percent: " + percent + " (expected: 0..100)");
        }
        if (writes == Writes.FORBID && !READS.containsAll(methods)) {
            throw new IllegalArgumentException("methods: " + methods + " (expected: " + READS + ", or writes said)");
        }
        if (bodyBytesMax < 1 || bodyBytesMax > BODY_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "maxBodySize: " + bodyBytesMax + " (expected: 1.." + BODY_BYTES_MAX + ")");
        }
        if (!timeout.isPositive() || timeout.compareTo(TIMEOUT_MAX) > 0) {
            throw new IllegalArgumentException(
                    "timeout: " + timeout + " (expected: above 0, up to " + TIMEOUT_MAX + ")");
        }
        if (inFlightMax < 1 || inFlightMax > IN_FLIGHT_MAX) {
            throw new IllegalArgumentException("maxInFlight: " + inFlightMax + " (expected: 1.." + IN_FLIGHT_MAX + ")");
        }
    }

    /**
     * Whether the baseline is asked too, while the candidate serves, for requests of {@code method}. The data that it works on is everybody's: a
     * candidate may be a sandbox, the baseline never is.
     */
    boolean copiesBack(String method) {
        return reverse && (writes == Writes.IDEMPOTENT || READS.contains(method));
    }

    /** What the side that does not answer the caller does with a request that changes something. */
    public enum Writes {
        /** Such requests are not mirrored. */
        FORBID,
        /** It works on data that nobody uses, and tells by the marker header which requests these are. */
        SANDBOXED,
        /** Doing it once more changes nothing more: the request carries a key by which it is known. */
        IDEMPOTENT
    }
}
