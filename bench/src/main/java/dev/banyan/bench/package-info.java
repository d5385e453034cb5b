/**
 * The {@code bench} command: starts an upstream, Banyan and other people's proxies as processes of their own, loads them in
 * turn, and writes what it measured. Nothing but this machine's loopback interface is ever asked. Start at
 * {@link dev.banyan.bench.Bench}; the cases are in {@link dev.banyan.bench.LoadCase} and the {@code *Run} classes.
 */
@NullMarked
package dev.banyan.bench;

import org.jspecify.annotations.NullMarked;
