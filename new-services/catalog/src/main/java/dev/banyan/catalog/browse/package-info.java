/**
 * What shoppers ask: a page of the catalogue, one product, the categories. Plain Java and SQL on the read model, no Spring
 * and no Kafka; the shapes are those of the JSON that the shop has always served. Start at
 * {@link dev.banyan.catalog.browse.Shelf}.
 */
@NullMarked
package dev.banyan.catalog.browse;

import org.jspecify.annotations.NullMarked;
