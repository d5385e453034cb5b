/**
 * Real PostgreSQL, MariaDB and Kafka servers on free ports of this machine, for the demo and for tests. Nothing here is meant for
 * production: data lives in a folder the caller names or a temporary one that is deleted at the end, and every server
 * listens on loopback only.
 *
 * <p>Start at {@link dev.banyan.servers.LocalPostgres}, {@link dev.banyan.servers.LocalMariaDb} and {@link dev.banyan.servers.LocalKafka}.
 */
@NullMarked
package dev.banyan.servers;

import org.jspecify.annotations.NullMarked;
