package dev.banyan.rules;

/** Chance in the test's hands. */
record FixedChance(String newKey, int bucket) implements Chance {}
