package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.yaml.Place;
import java.util.List;
import java.util.Optional;

/** A legacy table as one aggregate uses it: its primary key, the fields its columns become, and the columns that never leave. */
public record SourceTable(TableId id, Place at, List<String> key, List<Field> fields, List<String> drop) {

    public SourceTable {
        key = List.copyOf(key);
        fields = List.copyOf(fields);
        drop = List.copyOf(drop);
    }

    /** The first field that is made of {@code column}. */
    Optional<Field> field(String column) {
        return fields.stream().filter(field -> column.equals(field.column())).findFirst();
    }
}
