package dev.banyan.bridge.run;

/** A kind of fault in a simulation, counted when it takes effect. */
enum SimulatedFault {
    KILLED,
    HUB_DOWN,
    /** A publish arrived, and whoever sent it did not get to know. */
    HUB_ANSWER_LOST,
    TAKEN_IN_PART,
    STORE_FAILED,
    /** A transaction was committed, and whoever sent it did not get to know. */
    STORE_ANSWER_LOST,
    /** A bridge reached the hub and the database, but not its store. */
    STORE_CUT_OFF,
    /** A bridge stood still until its lease had run out. */
    PAUSED,
    /** The same in the middle of a publish. */
    PAUSED_SENDING,
    /** A publish was broken off because the lease was no longer sure. */
    LEASE_RAN_OUT
}
