package dev.banyan.rules.gate;

import org.apache.commons.numbers.gamma.LogBeta;

/**
 * So many of a number of trials: errors of requests, mismatches of pairs.
 *
 * @param count 0 to {@code trials}
 */
record Share(long count, long trials) {

    /*
     * The evidence against a true share p is the mixture of likelihoods over Jeffreys' prior Beta(1/2, 1/2), divided by the
     * likelihood at p. Under p that is a martingale with mean 1, so it reaches 1/a with probability a at most, at any time
     * (Ville 1939; Robbins 1970). Against a set of shares it is that against the likeliest of them, which is at most that
     * against the true one (universal inference: Wasserman, Ramdas, Balakrishnan, PNAS 2020). All in natural logarithms.
     */
    private static final double PRIOR = 0.5;

    private static final double PRIOR_LOG_BETA = LogBeta.value(PRIOR, PRIOR);

    Share {
        if (count < 0 || count > trials) {
            throw new IllegalArgumentException("count: " + count + " (expected: 0.." + trials + ")");
        }
    }

    /** The observed share; 0 when nothing was tried. */
    double value() {
        return trials == 0 ? 0 : (double) count / trials;
    }

    /** The log evidence against a true share of exactly {@code p}. */
    double against(double p) {
        return logMixture() - logLikelihood(p);
    }

    /** The log likelihood of what was seen, as a mean over the prior. */
    double logMixture() {
        return LogBeta.value(count + PRIOR, trials - count + PRIOR) - PRIOR_LOG_BETA;
    }

    /** The log evidence against a true share of {@code p} or less. */
    double againstAtMost(double p) {
        return against(Math.min(p, value()));
    }

    /** The log evidence against a true share of {@code p} or more. */
    double againstAtLeast(double p) {
        return against(Math.max(p, value()));
    }

    /** The log likelihood of what was seen if the true share is {@code p}. */
    double logLikelihood(double p) {
        double hits = count == 0 ? 0 : count * Math.log(p);
        double misses = count == trials ? 0 : (trials - count) * Math.log1p(-p);
        return hits + misses;
    }
}
