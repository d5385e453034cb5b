/**
 * What an event does to the catalogue: plain Java and SQL, no Spring and no Kafka. An event states the whole of one
 * product or category at one {@link dev.banyan.catalog.projection.Sequence}; the highest sequence of a subject wins,
 * however often and in whatever order events come. Start at {@link dev.banyan.catalog.projection.BatchPlan}, then
 * {@link dev.banyan.catalog.projection.ReadModel}.
 */
@NullMarked
package dev.banyan.catalog.projection;

import org.jspecify.annotations.NullMarked;
