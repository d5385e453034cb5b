package dev.banyan.bridge.mapping;

/**
 * What a mapper has done so far, so that nothing disappears quietly. {@code ignoredChanges} were of tables the mapping does not use.
 * {@code unchanged} aggregates were touched by a transaction in nothing an event would show. {@code waiting} are child rows that
 * were remembered while their root was not known.
 */
public record MapperCounts(long changes, long ignoredChanges, long events, long unchanged, long waiting) {}
