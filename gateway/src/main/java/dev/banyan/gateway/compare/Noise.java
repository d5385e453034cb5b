package dev.banyan.gateway.compare;

/** Whether a difference between baseline and candidate says something of the candidate. */
public enum Noise {
    /** The baseline was not asked twice often enough to tell. */
    UNKNOWN,
    /** The candidate differs from the baseline more often than the baseline from itself. */
    REAL,
    /** The baseline differs from itself there, and the candidate not more often. */
    NOISY;

    /** Below so many comparisons of the baseline with itself nothing is called noise. */
    public static final long CONTROLS_MIN = 30;

    /** Nor what has differed in fewer of them. */
    public static final long CONTROLS_DIFFERING_MIN = 5;

    /* One-sided, at 95 %: the 0.95 quantile of the standard normal distribution. */
    private static final double Z_95 = 1.6449;

    /**
     * Judges one path by a two-proportion test with pooled variance, one-sided at 95 %. What cannot be told apart is noise
     * only where the baseline was seen to differ from itself.
     *
     * @param controls comparisons of the baseline with itself, of which {@code controlsDiffering} differ at the path
     * @param comparisons with the candidate, of which {@code differing} differ at the path
     */
    public static Noise of(long controls, long controlsDiffering, long comparisons, long differing) {
        if (controls < CONTROLS_MIN) {
            return UNKNOWN;
        }
        if (comparisons == 0 || differing == 0) {
            return controlsDiffering >= CONTROLS_DIFFERING_MIN ? NOISY : UNKNOWN;
        }
        double controlRate = (double) controlsDiffering / controls;
        double rate = (double) differing / comparisons;
        double pooled = (double) (controlsDiffering + differing) / (controls + comparisons);
        double deviation = Math.sqrt(pooled * (1 - pooled) * (1.0 / controls + 1.0 / comparisons));
        if (rate - controlRate > Z_95 * deviation) {
            return REAL;
        }
        return controlsDiffering >= CONTROLS_DIFFERING_MIN ? NOISY : UNKNOWN;
    }
}
