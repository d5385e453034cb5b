/**
 * The catalogue service: a backend for frontend that owns its read model and serves the shop's catalogue pages and JSON.
 * It is filled by events alone and asks nobody anything. {@code projection} turns events into the read model,
 * {@code feed} brings the events from Kafka, {@code browse} answers questions, {@code web} gives the answers as HTML and
 * JSON. Start at {@link dev.banyan.catalog.CatalogWiring}.
 */
@NullMarked
package dev.banyan.catalog;

import org.jspecify.annotations.NullMarked;
