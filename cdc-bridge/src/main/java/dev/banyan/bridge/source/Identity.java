package dev.banyan.bridge.source;

/** What PostgreSQL's log carries of an old row, which a table's REPLICA IDENTITY says. MariaDB's carries all of it. */
public enum Identity {
    /** All of it: REPLICA IDENTITY FULL. */
    FULL,
    /** Its key at least, such as with REPLICA IDENTITY DEFAULT. What else it carries is not looked at: the bridge remembers the rows. */
    KEYS
}
