/**
 * The mapping of the bridge as a transformation of Kafka Connect: a record of Debezium in, an event out. It takes the rules that need
 * nothing but one row, and refuses the others where it is configured. For databases that the bridge does not read, and for fleets
 * that run on a Connect cluster.
 * Start at {@link dev.banyan.connect.MappingTransform}.
 */
@NullMarked
package dev.banyan.connect;

import org.jspecify.annotations.NullMarked;
