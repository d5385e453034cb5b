package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Faults;
import dev.banyan.bridge.change.NoFaults;
import dev.banyan.bridge.change.Transaction;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What has no answer when it is resubmitted: it goes on waiting, unless the mapping says now to skip it. Counts what is skipped. */
public final class ResubmittedFaults implements Faults {

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
    public boolean isEmpty() {
        return true; // whatever waits of the aggregate comes with it, or after it
    }

    @Override
    public boolean isWaiting(Waiting aggregate) {
        return false;
    }

    @Override
    public int waiting(String aggregate) {
        return 0;
    }

    @Override
    public void park(Set<Waiting> aggregates, Transaction part, String message) {
        NoFaults.HALT.park(aggregates, part, message);
    }

    @Override
    public void skip(Waiting aggregate, Transaction transaction, String message, String reason) {
        if (noted != null) {
            noted.skip(aggregate, transaction, message, reason);
        }
        skipped++;
    }
}
