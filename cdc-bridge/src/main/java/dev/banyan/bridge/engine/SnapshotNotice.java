package dev.banyan.bridge.engine;

/** What Debezium says of the incremental snapshot that the signal {@code id} asked for. */
public sealed interface SnapshotNotice {

    String id();

    /** A chunk has rows. */
    record Reading(String id) implements SnapshotNotice {}

    /** It goes on without the rest of {@code table}; {@code status} is Debezium's word for why, and its own log says more. */
    record GivenUp(String id, String table, String status) implements SnapshotNotice {}

    /** No table is left. */
    record Completed(String id) implements SnapshotNotice {}
}
