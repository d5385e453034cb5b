/**
 * Connections to backends for whoever carries a request on an event loop: a pool for each loop, so that nothing locks and nothing
 * changes threads. Start at {@link dev.banyan.gateway.connect.Pool}; what happens on a connection is told to an
 * {@link dev.banyan.gateway.connect.Asker}.
 */
@NullMarked
package dev.banyan.gateway.connect;

import org.jspecify.annotations.NullMarked;
