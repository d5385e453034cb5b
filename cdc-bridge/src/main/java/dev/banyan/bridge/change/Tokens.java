package dev.banyan.bridge.change;

/** The tokens that stand for values. Used by one thread. */
@FunctionalInterface
public interface Tokens {

    /** How every token begins. */
    String PREFIX = "tok_";

    /** The token of {@code value} in {@code vault}: random, and the same each time. */
    String of(String vault, String value);
}
