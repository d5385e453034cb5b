package dev.banyan.cli.observe;

import java.util.Map;

/** How many events came; {@code distinct} leaves repeats of an id out, {@code backfilled} is the part of those that backfill sent. */
public record EventCounts(
        long received, long distinct, long duplicates, long reordered, long backfilled, Map<String, Long> byType) {}
