package dev.banyan.bridge.store;

import dev.banyan.bridge.change.TableId;

/**
 * That PostgreSQL publishes {@code table}, as its catalogue numbers it: the publication, the table, and the entry that has the one in the other, which
 * is 0 where it has all tables. A table that is named and whose schema is named has two entries.
 */
public record PublishedTable(TableId table, long publication, long relation, long entry) {}
