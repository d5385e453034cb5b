package dev.banyan.rules.gate;

import dev.banyan.rules.Analysis.Tripwires;
import java.util.Arrays;
import java.util.Optional;

/**
 * Watches one route's candidate for what needs no statistics: errors in a row, a burst of errors, an open breaker. Each
 * gateway watches its own calls. Safe for many threads; what it does under its lock takes nanoseconds.
 */
public final class TripWatch {

    /** How finely {@code burstWithin} is cut. */
    private static final int CELLS = 10;

    private final Tripwires wires;
    private final long cellNanos;
    private final long[] cellNumber = new long[CELLS];
    private final long[] requests = new long[CELLS];
    private final long[] errors = new long[CELLS];
    private int inARow;

    public TripWatch(Tripwires wires) {
        this.wires = wires;
        this.cellNanos = Math.max(1, wires.burstWithin().toNanos() / CELLS);
        Arrays.fill(cellNumber, Long.MIN_VALUE);
    }

    /**
     * Takes in how one of the candidate's calls ended, and says in words which wire went off, if one did. After that it
     * begins anew.
     *
     * @param breakerOpen whether the call was not even made because the backend's circuit breaker is open
     * @param nanos a clock that never goes back
     */
    public synchronized Optional<String> observe(boolean error, boolean breakerOpen, long nanos) {
        count(error, nanos);
        inARow = error ? inARow + 1 : 0;
        Optional<String> tripped = error ? tripped(breakerOpen, nanos) : Optional.empty();
        if (tripped.isPresent()) {
            inARow = 0;
            Arrays.fill(cellNumber, Long.MIN_VALUE);
        }
        return tripped;
    }

    private Optional<String> tripped(boolean breakerOpen, long nanos) {
        if (breakerOpen) {
            return Optional.of("the candidate's circuit breaker is open");
        }
        if (wires.consecutiveErrors() > 0 && inARow >= wires.consecutiveErrors()) {
            return Optional.of(inARow + " errors of the candidate in a row");
        }
        return burst(nanos);
    }

    private void count(boolean error, long nanos) {
        long number = Math.floorDiv(nanos, cellNanos);
        int cell = (int) Math.floorMod(number, (long) CELLS);
        if (cellNumber[cell] != number) {
            cellNumber[cell] = number;
            requests[cell] = 0;
            errors[cell] = 0;
        }
        requests[cell]++;
        errors[cell] += error ? 1 : 0;
    }

    private Optional<String> burst(long nanos) {
        long oldest = Math.floorDiv(nanos, cellNanos) - CELLS;
        long all = 0;
        long bad = 0;
        for (int i = 0; i < CELLS; i++) {
            if (cellNumber[i] > oldest) {
                all += requests[i];
                bad += errors[i];
            }
        }
        boolean burst = wires.burstRate() > 0
                && all >= wires.burstRequests()
                && bad * 10_000.0 >= (double) wires.burstRate() * all;
        return burst
                ? Optional.of(bad + " errors in " + all + " requests to the candidate within " + wires.burstWithin())
                : Optional.empty();
    }
}
