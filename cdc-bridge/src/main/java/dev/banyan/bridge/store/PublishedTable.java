package dev.banyan.bridge.store;

import dev.banyan.bridge.change.TableId;

/**
 * That PostgreSQL publishes {@code table}, as its catalogue numbers it: the publication, the table, and the entry that has the one in the other, which
 * is 0 where it has all tables. A table that is named and whose schema is named has two entries. {@code alteration} is the transaction that wrote the
 * publication's name, owner and options last; 0 when nobody looked.
 */
public record PublishedTable(TableId table, long publication, long relation, long entry, long alteration) {

    /** True when it is the same table by the same entry, whatever the publication's options. */
    public boolean isSame(PublishedTable other) {
        return publication == other.publication
                && relation == other.relation
                && entry == other.entry
                && table.equals(other.table);
    }
}
