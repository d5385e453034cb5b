package dev.banyan.catalog.projection;

import java.time.Instant;

/** An event this service understands: the whole of one subject, or that it is gone. */
public sealed interface CatalogEvent {

    /** The product is exactly this. */
    record ProductStated(Envelope envelope, Product product) implements CatalogEvent {}

    /** The product does not exist (any more). */
    record ProductGone(Envelope envelope, String sku) implements CatalogEvent {}

    /** The category is exactly this. */
    record CategoryStated(Envelope envelope, Category category) implements CatalogEvent {}

    /** The category does not exist (any more). */
    record CategoryGone(Envelope envelope, String code) implements CatalogEvent {}

    Envelope envelope();

    /** What every event says about itself; {@code committedAt} is when the source's transaction committed. */
    record Envelope(String id, String subject, Sequence sequence, Instant committedAt, boolean backfill) {}
}
