package dev.banyan.bridge.mapping;

import java.time.Instant;

/**
 * Where a row's change stands in the log of its database. {@code place} tells it from others, with {@code row} where several have one place; ids are made of
 * both. {@code sequence} sorts, as text, in the order in which changes were committed. {@code transaction} is what the database calls the transaction.
 */
public record RowPlace(long place, int row, String sequence, String transaction, Instant committed) {}
