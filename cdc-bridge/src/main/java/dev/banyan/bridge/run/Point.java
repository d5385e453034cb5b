package dev.banyan.bridge.run;

/** Places that a run passes, each just after what it is called after is done; tests end the process there. */
public enum Point {
    LEASED,
    LEASE_RENEWED,
    CHECKED,
    READ,
    HANDED,
    HUB_OPENED,
    BACKFILL_ASKED,
    PART_MAPPED,
    MAPPED,
    DATA_CLAIMED,
    PUBLISHED,
    PIECE_KEPT_IN_LAKE,
    KEPT_IN_LAKE,
    STORED,
    BACKFILL_ENDED,
    FORCED,
    MARKED,
    CONFIRMED,
    SPOOL_MADE,
    SPOOL_CLAIMED,
    SPOOL_BEGUN,
    SPOOLED,
    SPOOL_FORGOTTEN,
    SPOOL_RELEASED,
    SPOOL_ENDED
}
