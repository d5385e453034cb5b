package dev.banyan.gateway.http;

/** Why the gateway answers a request itself: the status it gets and a reason that repeats nothing of the request. */
public record Refusal(int status, String reason) {}
