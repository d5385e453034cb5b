/**
 * A shop full of people who never stop: each on a virtual thread with cookies of its own, browsing, buying and looking at
 * orders through the gateway, while {@link dev.banyan.cli.load.Tally} counts what they were answered. Start at {@link
 * dev.banyan.cli.load.Crowd}.
 */
@NullMarked
package dev.banyan.cli.load;

import org.jspecify.annotations.NullMarked;
