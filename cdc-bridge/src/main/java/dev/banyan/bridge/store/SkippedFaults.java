package dev.banyan.bridge.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What was skipped since the last commit: of each transaction the first, and how many more there were. One that changes millions of rows
 * with a code that nobody knows would fill memory and store with them, and nobody reads the second thousand.
 */
final class SkippedFaults {

    static final int LISTED_MAX = 1_000;

    private final Map<Long, Integer> countByTransaction = new HashMap<>();
    private final Map<Long, Fault> lastUnlisted = new LinkedHashMap<>();

    /** True when {@code fault} is among the first of its transaction. */
    boolean isListed(Fault fault) {
        var isListed = countByTransaction.merge(fault.commitLsn(), 1, Integer::sum) <= LISTED_MAX;
        if (!isListed) {
            lastUnlisted.put(fault.commitLsn(), fault);
        }
        return isListed;
    }

    /** One for all that are not listed, of each transaction that has such. */
    List<Fault> rest() {
        var rest = new ArrayList<Fault>();
        lastUnlisted.forEach((transaction, last) -> rest.add(new Fault(
                UUID.randomUUID().toString(),
                last.state(),
                last.group(),
                last.aggregate(),
                last.key(),
                last.txId(),
                last.commitLsn(),
                last.committed(),
                last.changes(),
                (countByTransaction.getOrDefault(transaction, 0) - LISTED_MAX)
                        + " more of this transaction were skipped and are not listed; the last of them: "
                        + last.message(),
                last.reason(),
                last.noted())));
        return rest;
    }

    void clear() {
        countByTransaction.clear();
        lastUnlisted.clear();
    }
}
