package dev.banyan.bridge.mapping;

import java.nio.file.Path;
import java.util.List;

/**
 * A whole mapping file, checked: what {@link MappingFile#read} returns and {@link Mapper} applies. {@code contracts} is the start of the
 * URI of each event's schema.
 */
public record Mapping(Path file, String contracts, List<Aggregate> aggregates) {

    /** Where contracts are that nobody has published. */
    static final String UNPUBLISHED = "urn:banyan:contract:";

    public Mapping {
        aggregates = List.copyOf(aggregates);
    }

    /** The URI of the schema of the data of events of {@code type}, when contracts are published under {@code base}. */
    public static String schemaUri(String base, String type) {
        return base + type + ".json";
    }

    /**
     * What the mapping needs of each table. Tables of children come before tables of roots: backfilled in this order, an
     * aggregate is complete when its root is read.
     */
    public List<TableUse> tables() {
        return TableUse.of(aggregates);
    }
}
