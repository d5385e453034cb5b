package dev.banyan.bridge.store;

import dev.banyan.bridge.change.TableId;
import org.jspecify.annotations.Nullable;

/**
 * How a table of the legacy database is made, or a change of it, as Debezium writes it down; without a {@code table} it was met in the log.
 */
public record TableDefinition(@Nullable TableId table, String text) {}
