package dev.banyan.gateway.mirror;

/** Why a request that the rules wanted mirrored was not, or was not compared. */
public enum Skipped {
    /** As many copies are on their way, or wait to be compared, as may be. */
    BUSY,
    /** The baseline would have been asked more than its {@code extraLoad} allows. */
    EXTRA_LOAD,
    /** A body longer than {@code maxBodySize}. */
    TOO_LARGE,
    /** A reply that goes on for as long as its caller likes. */
    STREAM,
    /** A part of something, or nothing new: what comes back depends on what the caller has. */
    CONDITIONAL,
    /** One side gave no reply of its own: somebody else answered in its place. */
    NO_REPLY,
    /** The caller left before the end, or had its reply before all of its request had come. */
    ABORTED
}
