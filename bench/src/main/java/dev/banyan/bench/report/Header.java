package dev.banyan.bench.report;

import dev.banyan.bench.measure.Machine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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

    /** Returns what git calls the state of the checkout {@code root}, or {@code unknown}: a run does not fail for it. */
    public static String revision(Path root) {
        try {
            var git = new ProcessBuilder("git", "-C", root.toString(), "describe", "--always", "--dirty")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            var text = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
            return text.isEmpty() ? "unknown" : text;
        } catch (IOException e) {
            return "unknown"; // no git here
        }
    }

    /** Returns true if other programs took so much that the figures say little. */
    public boolean isNoisy() {
        return othersBusy > NOISY;
    }
}
