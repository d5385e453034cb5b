package dev.banyan.catalog.projection;

import org.jspecify.annotations.Nullable;

/** A group of products; {@code order} is its place among the others, behind all of them without one. */
public record Category(
        String code,
        String name,
        @Nullable String parent,
        @Nullable Integer order) {}
