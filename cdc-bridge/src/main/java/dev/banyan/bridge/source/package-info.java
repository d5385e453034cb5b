/**
 * The legacy database as the bridge finds it before it reads a single row: what has to be set up there, printed as a plan the operator
 * can run himself, and whether going on from the stored position is safe.
 * Start at {@link dev.banyan.bridge.source.SourcePlan} and {@link dev.banyan.bridge.source.Preflight}.
 */
@NullMarked
package dev.banyan.bridge.source;

import org.jspecify.annotations.NullMarked;
