/**
 * What processes cost, read from outside: processor time and memory from {@code /proc}, allocation and live heap from a JVM's
 * own beans. Linux only. Start at {@link dev.banyan.bench.measure.ProcessTree}.
 */
@NullMarked
package dev.banyan.bench.measure;

import org.jspecify.annotations.NullMarked;
