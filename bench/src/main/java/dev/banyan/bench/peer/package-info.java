/**
 * What is measured: Banyan and other people's software, each as a command line that starts it in front of the same upstream.
 * Start at {@link dev.banyan.bench.peer.Peer}.
 */
@NullMarked
package dev.banyan.bench.peer;

import org.jspecify.annotations.NullMarked;
