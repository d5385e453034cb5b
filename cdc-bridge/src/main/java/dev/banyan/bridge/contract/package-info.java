/**
 * Contracts: what events look like, said to those who read them. They are made of the mapping alone: one JSON Schema for each type of event,
 * and one AsyncAPI document for the set. They lie beside the mapping, and {@link dev.banyan.bridge.contract.Compatibility} says what a
 * changed mapping would break.
 * Start at {@link dev.banyan.bridge.contract.Contracts} and {@link dev.banyan.bridge.contract.Shape}.
 */
@NullMarked
package dev.banyan.bridge.contract;

import org.jspecify.annotations.NullMarked;
