package dev.banyan.bridge.run;

/** Places that a run passes, each just after what it is called after is done; tests end the process there. */
public enum Point {
    LEASED,
    CHECKED,
    READ,
    HANDED,
    HUB_OPENED,
    MAPPED,
    PUBLISHED,
    KEPT_IN_LAKE,
    STORED,
    FORCED,
    MARKED,
    CONFIRMED,
    SPOOL_BEGUN,
    SPOOLED,
    SPOOL_FORGOTTEN,
    SPOOL_ENDED
}
