package dev.banyan.loyalty.ledger;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.UUID;

/**
 * Hashes of the ids of the last events applied, at most {@link #MAX}, as an id may be as long as a record. It only names what
 * happened; correctness never rests on it.
 */
final class RecentIds {

    static final int MAX = 20_000;

    private final LinkedHashSet<UUID> ids = new LinkedHashSet<>();

    boolean contains(String id) {
        return ids.contains(hash(id));
    }

    void add(String id) {
        if (ids.add(hash(id)) && ids.size() > MAX) {
            ids.removeFirst();
        }
    }

    private static UUID hash(String id) {
        return UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8));
    }
}
