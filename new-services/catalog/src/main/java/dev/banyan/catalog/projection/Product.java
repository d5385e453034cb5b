package dev.banyan.catalog.projection;

import org.jspecify.annotations.Nullable;

/**
 * A product as the read model keeps it: prices and stock are already boiled down to what a shopper sees. Without a
 * {@link #regularPrice} it is not for sale and not shown.
 */
public record Product(
        String sku,
        String name,
        @Nullable String description,
        @Nullable String category,
        Status status,
        @Nullable Integer weightGrams,
        @Nullable Money price,
        @Nullable Money regularPrice,
        boolean onSale,
        long available) {

    /** Where a product is in its life; {@code DISCONTINUED} is shown on its own page but not listed. */
    public enum Status {
        ACTIVE,
        NEW,
        DISCONTINUED
    }
}
