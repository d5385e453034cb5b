package dev.banyan.bridge.store;

/** That a spool holds what the hub has not: its id, and the host and folder where it lies, for a person. */
public record SpoolClaim(String id, String where) {}
