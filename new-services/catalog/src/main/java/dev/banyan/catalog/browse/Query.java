package dev.banyan.catalog.browse;

import org.jspecify.annotations.Nullable;

/**
 * What a listing shows: products whose name contains {@code words} (in any case) and that are in {@code category}; null
 * leaves either open. Pages count from 1.
 */
public record Query(@Nullable String words, @Nullable String category, int page, int size) {

    /** The last page there can be. */
    public static final int PAGE_MAX = 1_000_000;

    /** The most products a page shows. */
    public static final int SIZE_MAX = 100;

    public Query {
        words = words == null || words.isBlank() ? null : words;
        category = category == null || category.isEmpty() ? null : category;
        if (page < 1 || page > PAGE_MAX) {
            throw new IllegalArgumentException("page: " + page + " (expected: 1.." + PAGE_MAX + ")");
        }
        if (size < 1 || size > SIZE_MAX) {
            throw new IllegalArgumentException("size: " + size + " (expected: 1.." + SIZE_MAX + ")");
        }
    }

    /** True when nothing can match: no text in the database contains a NUL. */
    boolean isHopeless() {
        return hasNul(words) || hasNul(category);
    }

    private static boolean hasNul(@Nullable String text) {
        return text != null && text.indexOf('\0') >= 0;
    }

    /** The SQL pattern for {@link #words}, in which nothing the shopper typed is a wildcard. */
    String pattern() {
        return words == null
                ? "%"
                : "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
    }
}
