/**
 * The path of requests that ask for no filter: one Netty handler on the client's connection, and connections to backends on the
 * same event loop. It decides nothing itself; it carries a {@link dev.banyan.gateway.call.Call} like the filter chain does, at a
 * fraction of the cost. Start at {@link dev.banyan.gateway.lean.ClientSide}, then {@link dev.banyan.gateway.lean.Exchange}.
 */
@NullMarked
package dev.banyan.gateway.lean;

import org.jspecify.annotations.NullMarked;
