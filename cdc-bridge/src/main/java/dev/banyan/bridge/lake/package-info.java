/**
 * The event lake: a folder that keeps every event the bridge has sent, by date and type, from which events can be listed, counted and
 * replayed. The bridge appends to a log that it forces to disk before its own position moves; full logs are sealed into compressed files with
 * a manifest. Each event is in it once, however often the bridge was killed.
 * Start at {@link dev.banyan.bridge.lake.Lake} and {@link dev.banyan.bridge.lake.LakeReader}.
 */
@NullMarked
package dev.banyan.bridge.lake;

import org.jspecify.annotations.NullMarked;
