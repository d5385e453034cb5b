/**
 * A first mapping and configuration, guessed from a legacy database's schema: {@code bridge init}. It reads, never writes, that database.
 * What it cannot know it marks for a person to settle; what looks personal or secret stays in.
 * Start at {@link dev.banyan.bridge.scaffold.Scaffold}.
 */
@NullMarked
package dev.banyan.bridge.scaffold;

import org.jspecify.annotations.NullMarked;
