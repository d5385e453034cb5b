package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.yaml.Place;
import java.util.List;

/** A legacy table as one aggregate uses it: its primary key, the fields its columns become, and the columns that never leave. */
public record SourceTable(TableId id, Place at, List<String> key, List<Field> fields, List<String> drop) {

    public SourceTable {
        key = List.copyOf(key);
        fields = List.copyOf(fields);
        drop = List.copyOf(drop);
    }
}
