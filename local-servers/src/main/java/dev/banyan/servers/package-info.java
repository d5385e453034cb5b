/** Real PostgreSQL and Kafka servers on free ports of this machine. Start at {@link dev.banyan.servers.LocalPostgres}. */
@NullMarked
package dev.banyan.servers;

import org.jspecify.annotations.NullMarked;
