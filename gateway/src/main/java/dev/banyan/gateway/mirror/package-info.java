/**
 * Sends copies of requests to the side that does not answer the caller, compares the two replies and files what came of it. The
 * caller's reply goes first and never waits; a copy for which there is no room, no budget or no time is not sent. Start at
 * {@link dev.banyan.gateway.mirror.Mirrors}.
 */
@NullMarked
package dev.banyan.gateway.mirror;

import org.jspecify.annotations.NullMarked;
