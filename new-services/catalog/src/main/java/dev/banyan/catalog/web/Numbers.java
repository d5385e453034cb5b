package dev.banyan.catalog.web;

import dev.banyan.catalog.browse.Query;
import org.jspecify.annotations.Nullable;

/** Numbers people type into addresses: what makes no sense is the default, what is out of range the nearest that is in. */
final class Numbers {

    private Numbers() {}

    static int page(@Nullable String text) {
        return Math.clamp(number(text, 1), 1, Query.PAGE_MAX);
    }

    static int size(@Nullable String text) {
        return Math.clamp(number(text, CatalogPages.PAGE_SIZE), 1, Query.SIZE_MAX);
    }

    private static int number(@Nullable String text, int otherwise) {
        if (text == null) {
            return otherwise;
        }
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }
}
