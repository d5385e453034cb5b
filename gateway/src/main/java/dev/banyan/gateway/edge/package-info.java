/**
 * What happens on the client's connection before a request reaches the steps: the check of its framing, and the time a head may
 * take. Start at {@link dev.banyan.gateway.edge.FrontDoor}.
 */
@NullMarked
package dev.banyan.gateway.edge;

import org.jspecify.annotations.NullMarked;
