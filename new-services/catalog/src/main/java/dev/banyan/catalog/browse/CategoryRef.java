package dev.banyan.catalog.browse;

/** A category as a product or the search form names it; the name is the code until the category's own event has come. */
public record CategoryRef(String code, String name) {}
