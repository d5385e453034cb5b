/**
 * The rules in force: read, checked, compiled and swapped in one piece, or not at all. A request takes the set once and sees
 * no other. Start at {@link dev.banyan.gateway.live.RulesInForce}.
 */
@NullMarked
package dev.banyan.gateway.live;

import org.jspecify.annotations.NullMarked;
