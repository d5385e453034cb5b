package dev.banyan.bridge.mapping;

/** What becomes of a value that a field's type does not understand. */
public sealed interface Unknown {

    /** The transaction is not mapped and the bridge stops before it; nothing is lost, somebody must look. */
    record Refuse() implements Unknown {}

    /** The legacy value is passed on as it is, as text. */
    record Keep() implements Unknown {}

    /** The field is null. */
    record Null() implements Unknown {}

    /** The field is this word. */
    record Use(String word) implements Unknown {}
}
