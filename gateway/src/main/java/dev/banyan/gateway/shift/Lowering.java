package dev.banyan.gateway.shift;

import dev.banyan.rules.Stage;

/** What a roll-back or a trip-wire comes to, by the stage at which a route stands: here and in the leader alike. */
enum Lowering {
    LOWERS,
    /** What stands there is no lower than the baseline. */
    CHANGES_NOTHING,
    /** Only a person leads back from complete. */
    NO_WAY_BACK;

    /**
     * @param kind a roll-back, or a trip-wire
     */
    static Lowering of(Command.Kind kind, Stage stage) {
        boolean byPerson = kind == Command.Kind.ROLLBACK;
        return switch (stage) {
            case LIVE -> LOWERS;
            case SHADOW -> byPerson ? LOWERS : CHANGES_NOTHING;
            case COMPLETE -> byPerson ? LOWERS : NO_WAY_BACK;
            case OFF, RETIRED -> CHANGES_NOTHING;
        };
    }
}
