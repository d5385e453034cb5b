package dev.banyan.gateway.edge;

import java.time.Duration;

/**
 * How long the gateway waits for a client.
 *
 * @param head from the first byte of a request head to its last
 * @param idle between two requests, and before the first
 * @param stall without a byte of a body that is being read, or without the client taking a byte of what it is being sent
 * @param minRate bytes a second that a body we wait for, or what we send, moves at over that time; 0 is none
 */
public record Patience(Duration head, Duration idle, Duration stall, int minRate) {

    private static final Duration MIN = Duration.ofMillis(100);
    private static final Duration MAX = Duration.ofHours(1);

    public Patience {
        requireBounded("head", head);
        requireBounded("idle", idle);
        requireBounded("stall", stall);
        if (minRate < 0) {
            throw new IllegalArgumentException("min-rate: " + minRate + " (expected: 0 or more bytes a second)");
        }
    }

    private static void requireBounded(String name, Duration value) {
        if (value.compareTo(MIN) < 0 || value.compareTo(MAX) > 0) {
            throw new IllegalArgumentException(
                    name + ": " + value.toMillis() / 1000.0 + " s (expected: 0.1..3600 seconds)");
        }
    }
}
