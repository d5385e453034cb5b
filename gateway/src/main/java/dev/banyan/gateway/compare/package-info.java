/**
 * How two replies to one request differ: the baseline's and the candidate's. Pure functions on plain values; nothing here
 * asks anybody for a reply, and every result is bounded and free of the secrets it is told of. Start at
 * {@link dev.banyan.gateway.compare.Comparer}; what is kept of many comparisons is in
 * {@link dev.banyan.gateway.compare.Evidence}.
 */
@NullMarked
package dev.banyan.gateway.compare;

import org.jspecify.annotations.NullMarked;
