package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Faults;
import dev.banyan.bridge.change.NothingWaits;
import dev.banyan.bridge.change.Transaction;
import org.jspecify.annotations.Nullable;

/**
 * What has no answer when it is resubmitted: it goes on waiting, unless the mapping says now to skip it. Whatever waits of the aggregate comes with
 * it, or after it. Counts what is skipped.
 */
public final class ResubmittedFaults implements NothingWaits {

    private final @Nullable Faults noted;
    private int skipped;

    /** Those of a resubmission that notes what is skipped in {@code noted}; null for one that is only tried. */
    public ResubmittedFaults(@Nullable Faults noted) {
        this.noted = noted;
    }

    int skipped() {
        return skipped;
    }

    @Override
    public void skip(Waiting aggregate, Transaction transaction, String message, String reason) {
        if (noted != null) {
            noted.skip(aggregate, transaction, message, reason);
        }
        skipped++;
    }
}
