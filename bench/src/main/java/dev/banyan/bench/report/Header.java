package dev.banyan.bench.report;

import dev.banyan.bench.measure.Machine;
import java.util.Map;

/**
 * What a reader must know to judge the figures. {@code othersBusy} is the share of the machine, 0 to 1, that programs of
 * somebody else took while we measured; {@code loadBefore} the load average when the run began.
 */
public record Header(
        String startedAt,
        String revision,
        String command,
        double minutes,
        int rounds,
        double seconds,
        boolean quick,
        Machine machine,
        double loadBefore,
        double othersBusy,
        Map<String, String> peers) {

    /** Above this share of the machine in other hands a run is called noisy. */
    private static final double NOISY = 0.10;

    /** Returns true if other programs took so much that the figures say little. */
    public boolean isNoisy() {
        return othersBusy > NOISY;
    }
}
