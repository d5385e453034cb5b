package dev.banyan.loyalty.account;

/** A customer's place among all: 1 has most points, and equal points share a place. */
public record Standing(long place, long customerId, long points, String tier, long orders) {}
