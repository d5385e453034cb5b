/**
 * Keysets that columns are encrypted with, and what the token vault does under its keys. Keys come from files or the environment, never from
 * the mapping.
 * Start at {@link dev.banyan.bridge.secret.Keyset}.
 */
@NullMarked
package dev.banyan.bridge.secret;

import org.jspecify.annotations.NullMarked;
