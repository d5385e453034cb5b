package dev.banyan.bridge.store;

import dev.banyan.bridge.change.TableId;

/** A partition of PostgreSQL that has rows of {@code table} itself: its number, and that of the file with its rows, which another takes the place of when it is truncated or written anew. */
public record Leaf(TableId table, long relation, long file) {}
