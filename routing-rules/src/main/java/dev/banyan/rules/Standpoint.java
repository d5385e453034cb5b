package dev.banyan.rules;

/**
 * Where a route has got to, whatever its file says.
 *
 * @param weight at stage live, in basis points
 */
public record Standpoint(Stage stage, int weight) {

    /** Everybody gets the baseline. */
    public static final Standpoint BASELINE = new Standpoint(Stage.OFF, 0);
}
