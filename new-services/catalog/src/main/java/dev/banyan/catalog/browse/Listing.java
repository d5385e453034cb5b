package dev.banyan.catalog.browse;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of the catalogue, in order of sku; {@code total} counts all pages' products. */
public record Listing(int page, int size, long total, List<Item> items) {

    public Listing {
        items = List.copyOf(items);
    }

    /** A product as a listing shows it. */
    public record Item(String sku, String name, @Nullable CategoryRef category, Price price, long available) {}

    /** How many pages there are; an empty catalogue has one. */
    public int pages() {
        return (int) Math.max(1, (total + size - 1) / size);
    }
}
