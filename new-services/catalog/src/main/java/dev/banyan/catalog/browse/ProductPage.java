package dev.banyan.catalog.browse;

import org.jspecify.annotations.Nullable;

/** A product as its own page shows it. */
public record ProductPage(
        String sku,
        String name,
        @Nullable String description,
        @Nullable CategoryRef category,
        Price price,
        Price regularPrice,
        boolean onSale,
        long available,
        @Nullable Integer weightGrams,
        String status) {}
