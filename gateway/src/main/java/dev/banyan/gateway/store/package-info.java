/**
 * The control store: what gateways remember together, in H2 beside one gateway or in PostgreSQL for several. Features bring their own
 * SQL and run it in a transaction; the store says whether it is up, what time it is, and who leads. No request ever waits for it.
 * Start at {@link dev.banyan.gateway.store.ControlStore}.
 */
@NullMarked
package dev.banyan.gateway.store;

import org.jspecify.annotations.NullMarked;
