package dev.banyan.bridge.change;

/**
 * Stands in a row for a large value that its update did not touch and that the log therefore does not carry again. It is in rows of an
 * update, and in a remembered row as long as nobody has read the value, whatever the reason; never in an event.
 */
public enum Untouched {
    VALUE
}
