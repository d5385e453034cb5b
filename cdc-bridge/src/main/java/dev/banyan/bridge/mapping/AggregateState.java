package dev.banyan.bridge.mapping;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an event says of an aggregate: the values of its fields, and for each of its child lists the rows' values, ordered by key. Two
 * states are the same when no consumer could tell them apart.
 */
record AggregateState(List<@Nullable Object> fields, List<List<ChildRow>> children) {

    /** One row of a child list, with its own lists. */
    record ChildRow(List<Object> key, List<@Nullable Object> fields, List<List<ChildRow>> children) {}
}
