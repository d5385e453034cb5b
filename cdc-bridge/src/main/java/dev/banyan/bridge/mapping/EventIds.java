package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.KeyText;
import dev.banyan.bridge.change.Transaction;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/** Ids of events, the same whenever the same transaction is mapped again. Used by one thread. */
final class EventIds {

    /*
     * A name-based UUID (RFC 9562, version 5) of: the bridge, the transaction (its position in the log, and its GTID if it has one), the rule, the subject; see scope() for
     * when the aggregate belongs to it. No clock, no counter over the stream: both differ after a restart. No event type: it may be renamed while the fact stays the same.
     * What a backfill reads again comes with another transaction, and must not have the id of before: what the log said between the two may have taken it back.
     */

    private static final UUID ROOT = UUID.fromString("8b1a7c9e-3f2d-5d6a-9c41-0e7b5f6a2d10");

    private final MessageDigest sha1;
    private final byte[] namespace;

    EventIds(String bridge) {
        try {
            sha1 = MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-1, which every Java has, is missing", e);
        }
        namespace = bytes(uuid(bytes(ROOT), bridge));
    }

    /**
     * What stands before the names of {@code aggregate}'s rules in its ids: nothing, unless an aggregate above it among {@code all} may have
     * the same subject and has a rule of the same name. Then it is its own name, because one transaction may give both an event.
     */
    static String scope(Aggregate aggregate, List<Aggregate> all) {
        var names = aggregate.allRules().stream().map(EventRule::name).collect(Collectors.toSet());
        return all.stream()
                        .takeWhile(other -> !other.name().equals(aggregate.name()))
                        .filter(other -> other.subject().mayEqual(aggregate.subject()))
                        .flatMap(other -> other.allRules().stream())
                        .anyMatch(rule -> names.contains(rule.name()))
                ? aggregate.name() + '/'
                : "";
    }

    String id(Transaction transaction, String rule, String subject) {
        return uuid(namespace, transaction.identity() + '|' + rule + '|' + subject)
                .toString();
    }

    /** The id of the event about the row {@code key} of a list, where {@code id} stands for its rule. */
    String ofItem(String id, List<?> key) {
        return uuid(namespace, id + '|' + KeyText.of(key)).toString();
    }

    /** The id of what would have {@code id} too, but is the change of the row {@code number} at the same place of the log. */
    String ofRow(String id, int number) {
        return uuid(namespace, id + '/' + number).toString();
    }

    private UUID uuid(byte[] namespace, String name) {
        sha1.update(namespace);
        var hash = ByteBuffer.wrap(sha1.digest(name.getBytes(StandardCharsets.UTF_8)));
        long high = (hash.getLong() & 0xffff_ffff_ffff_0fffL) | 0x5000L;
        long low = (hash.getLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }

    private static byte[] bytes(UUID uuid) {
        return ByteBuffer.allocate(16)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array();
    }
}
