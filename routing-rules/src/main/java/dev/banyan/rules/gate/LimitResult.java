package dev.banyan.rules.gate;

/**
 * How the evidence stands to one limit of a gate.
 *
 * @param metric what is limited, as {@code errorRate vs baseline}
 * @param value as observed: a share of 1, a ratio, or milliseconds
 * @param threshold the limit, in the unit of {@code value}
 * @param samples of the candidate, or compared pairs
 * @param words one sentence for people
 */
public record LimitResult(String metric, Verdict verdict, double value, double threshold, long samples, String words) {}
