package dev.banyan.bridge.store;

import dev.banyan.bridge.change.KeyText;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One part of a transaction that the mapping had no answer for, or that waits behind such a part. All faults of a {@code group} are
 * resolved together, in the order of their positions. {@code message} is empty for one that only waits; {@code reason} is a person's, for
 * what is skipped or resubmitted otherwise than it came.
 */
public record Fault(
        String id,
        State state,
        String group,
        String aggregate,
        String key,
        String txId,
        long commitLsn,
        Instant committed,
        int changes,
        String message,
        String reason,
        Instant noted) {

    /** What has become of it. */
    public enum State {
        PARKED,
        SKIPPED,
        RESUBMITTED
    }

    /** The key for a person: its parts joined by {@code /}; of all that wait with a paused table {@code (all)}. */
    public String keyText() {
        return key.equals(KeyText.NONE) ? "(all)" : key.replace('\u001f', '/');
    }

    /** All of it but the rows, for JSON. */
    public Map<String, Object> describe() {
        var json = new LinkedHashMap<String, Object>();
        json.put("id", id);
        json.put("state", state.name().toLowerCase(Locale.ROOT));
        json.put("group", group);
        json.put("aggregate", aggregate);
        json.put("key", keyText());
        json.put("transaction", txId);
        json.put("commitLsn", commitLsn);
        json.put("committed", committed.toString());
        json.put("changes", changes);
        json.put("message", message);
        json.put("reason", reason);
        return json;
    }
}
