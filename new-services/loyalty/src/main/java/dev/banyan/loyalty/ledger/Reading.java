package dev.banyan.loyalty.ledger;

/** What {@link EventReader} made of an event. */
public sealed interface Reading {

    /** An event to apply. */
    record Understood(OrderEvent event) implements Reading {}

    /** An event of a type that is none of this service's business. */
    record Unknown(String type) implements Reading {}

    /** An event that should have been understood, and why it was not. */
    record Broken(String reason) implements Reading {}
}
