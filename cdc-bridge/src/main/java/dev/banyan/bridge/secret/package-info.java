/**
 * Keys, and what is done under them to the values of columns: a keyed hash, encryption, and the two together for the token vault. Keys come
 * from files or the environment, never from the mapping.
 * Start at {@link dev.banyan.bridge.secret.Secrets}.
 */
@NullMarked
package dev.banyan.bridge.secret;

import org.jspecify.annotations.NullMarked;
