package dev.banyan.rules;

/** How bad it is that two replies differ in a place; the later, the worse. */
public enum Severity {
    /** Something was added that a tolerant reader passes over. */
    COMPATIBLE,
    /** A value differs. */
    BEHAVIOURAL,
    /** Something is missing, of another type, or the status differs. */
    BREAKING
}
