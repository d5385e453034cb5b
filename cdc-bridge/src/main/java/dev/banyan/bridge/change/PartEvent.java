package dev.banyan.bridge.change;

import org.jspecify.annotations.Nullable;

/** An event of a part of a transaction, and what the mapper needs to make its part of the whole. */
public final class PartEvent {

    private final int place;
    private final int rule;
    private final DomainEvent event;
    private final byte @Nullable [] told;

    public PartEvent(int place, int rule, DomainEvent event, byte @Nullable [] told) {
        this.place = place;
        this.rule = rule;
        this.event = event;
        this.told = told;
    }

    /** The place of the change that touched its aggregate first, among all of the transaction. */
    public int place() {
        return place;
    }

    /** The number under which the mapper knows the rule that named it. */
    public int rule() {
        return rule;
    }

    public DomainEvent event() {
        return event;
    }

    /** What the mapper may ask of it later, which nobody else can read. */
    public byte @Nullable [] told() {
        return told;
    }
}
