/**
 * The load generator: requests as ready bytes over keep-alive connections to a loopback port, replies counted to their last
 * byte. {@link dev.banyan.bench.load.ClosedLoop} asks as fast as it is answered and finds the peak;
 * {@link dev.banyan.bench.load.OpenLoop} asks by the clock and finds latencies. Start at {@link dev.banyan.bench.load.Loader}.
 */
@NullMarked
package dev.banyan.bench.load;

import org.jspecify.annotations.NullMarked;
