/**
 * Whether a route may go on: the evidence of one window, judged by the gates of the route's analysis. Pure functions on
 * values, no I/O and no clock. All bounds hold however often one looks, so that judging every second is legitimate;
 * docs/reference/shifting.md has the formulas and their sources. Start at {@link dev.banyan.rules.gate.Judge}.
 */
@NullMarked
package dev.banyan.rules.gate;

import org.jspecify.annotations.NullMarked;
