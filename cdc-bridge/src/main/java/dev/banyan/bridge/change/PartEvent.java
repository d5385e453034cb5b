package dev.banyan.bridge.change;

/**
 * An event of a part of a transaction. {@code place} is that of the change that touched its aggregate first, among all of the transaction; {@code rule}
 * is the number under which the mapper knows the rule that named it.
 */
public record PartEvent(int place, int rule, DomainEvent event) {}
