package dev.banyan.bridge.engine;

/** What is heard of Debezium's incremental snapshot. */
public sealed interface SnapshotNotice {

    /** The signal {@code id} has begun a snapshot. */
    record Begun(String id) implements SnapshotNotice {}

    /** A chunk of what the signal {@code id} asked for has rows. */
    record Reading(String id) implements SnapshotNotice {}

    /**
     * What it goes on with lacks rows, if it goes on at all; {@code why} has no value of theirs. With {@code isOfValue} a value of a row is the reason, and
     * would be again.
     */
    record GivenUp(String why, boolean isOfValue) implements SnapshotNotice {}

    /** No table is left of what the signal {@code id} asked for. */
    record Completed(String id) implements SnapshotNotice {}
}
