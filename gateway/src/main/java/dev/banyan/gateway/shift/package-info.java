/**
 * Moves routes by their steps: a state for each route, what may happen in it, and a journal of what did. Deciding is a pure
 * function; the runner at the edge reads counts, asks the gates, writes the journal as the leader of all gateways, and tells
 * the request path where each route stands. Start at {@link dev.banyan.gateway.shift.Transitions}.
 */
@NullMarked
package dev.banyan.gateway.shift;

import org.jspecify.annotations.NullMarked;
