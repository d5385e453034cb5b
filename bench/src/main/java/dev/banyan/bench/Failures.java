package dev.banyan.bench;

import dev.banyan.bench.load.LoadFailed;
import dev.banyan.bench.report.Results;
import java.util.Set;
import java.util.function.Consumer;

/** What becomes of a program that fails: another's is left out of the case it fails in, and the page says so; ours ends the run. */
record Failures(Results results, Consumer<String> progress) {

    private static final Set<String> OURS = Set.of("banyan", Results.DIRECT);

    /** Leaves {@code peer} out of {@code caseName}, or throws, if it is ours. */
    void of(String caseName, String peer, RuntimeException e) {
        var what = caseName + " on " + peer;
        if (OURS.contains(peer)) {
            throw new LoadFailed(what + ": " + e.getMessage(), e);
        }
        results.drop(caseName, peer, String.valueOf(e.getMessage()));
        progress.accept("  " + what + ": left out, " + e.getMessage());
    }
}
