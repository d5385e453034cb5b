/**
 * One request on its way, as plain functions on plain values: who it is from, where the rules send it, whom to ask next when a
 * backend fails, and how it is counted. Every path a request can take through this gateway runs this same code; nothing here
 * knows a transport. Start at {@link dev.banyan.gateway.call.Call}.
 */
@NullMarked
package dev.banyan.gateway.call;

import org.jspecify.annotations.NullMarked;
