package dev.banyan.bridge.change;

import java.util.List;

/** Turns a transaction into events. Pure but for {@code images}, which it reads and brings forward. */
@FunctionalInterface
public interface EventMapper {

    /** The events of {@code transaction}, in order; the same for the same transaction and the same images. A {@link MappingFailed} ends the run. */
    List<DomainEvent> map(Transaction transaction, AggregateImages images);
}
