/**
 * What stands behind a backend's name while the gateway runs: a bounded pool of connections, a limit on calls in flight and a
 * circuit breaker; and the table that says which failed call the baseline may answer instead. Start at
 * {@link dev.banyan.gateway.backend.LiveBackend}.
 */
@NullMarked
package dev.banyan.gateway.backend;

import org.jspecify.annotations.NullMarked;
