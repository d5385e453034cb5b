package dev.banyan.bridge.mapping;

import java.nio.file.Path;
import java.util.List;

/** A whole mapping file, checked: what {@link MappingFile#read} returns and {@link Mapper} applies. */
public record Mapping(Path file, List<Aggregate> aggregates) {

    public Mapping {
        aggregates = List.copyOf(aggregates);
    }

    /**
     * What the mapping needs of each table. Tables of children come before tables of roots: backfilled in this order, an
     * aggregate is complete when its root is read.
     */
    public List<TableUse> tables() {
        return TableUse.of(aggregates);
    }
}
