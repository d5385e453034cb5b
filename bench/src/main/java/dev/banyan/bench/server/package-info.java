/**
 * The programs that a run starts from this jar, each in a process of its own: the upstream that answers, and the peers that are
 * Java libraries rather than programs. Each takes its port first and the upstream's second. Start at
 * {@link dev.banyan.bench.server.Upstream}.
 */
@NullMarked
package dev.banyan.bench.server;

import org.jspecify.annotations.NullMarked;
