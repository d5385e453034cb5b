package dev.banyan.bridge.scaffold;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One schema of a legacy database, as far as a mapping needs it. {@code refused} holds why a table cannot be published. */
record LegacySchema(String database, String name, List<Table> tables, Map<String, String> refused) {

    static final int CODE_CHARACTERS_MAX = 4;

    LegacySchema {
        tables = List.copyOf(tables);
    }

    /** A table with a primary key. */
    record Table(String name, List<Column> columns, List<String> key, List<ForeignKey> foreignKeys) {
        Table {
            columns = List.copyOf(columns);
            key = List.copyOf(key);
            foreignKeys = List.copyOf(foreignKeys);
        }

        Column column(String name) {
            return columns.stream()
                    .filter(column -> column.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("column " + this.name + "." + name + ": not read"));
        }

        boolean isReference(Column column) {
            return foreignKeys.stream().anyMatch(key -> key.columns().contains(column.name()));
        }
    }

    /**
     * {@code type} is PostgreSQL's name; {@code size} is 0 where there is none. {@code values} are those of a short text column. {@code hasDays}:
     * all numbers that were found are days such as 20260131, or 0.
     */
    record Column(
            String name,
            String type,
            int size,
            int scale,
            boolean isGenerated,
            boolean isNeverNull,
            Values values,
            boolean hasDays) {

        static final Set<String> INTEGERS = Set.of("int2", "int4", "int8");

        boolean isInteger() {
            return INTEGERS.contains(type);
        }

        /** True for a column whose few values may tell what it means. */
        boolean isShortText() {
            return Set.of("bpchar", "varchar").contains(type) && size <= CODE_CHARACTERS_MAX && !isGenerated;
        }

        /** True for a column whose numbers may be days. */
        boolean mayHoldDays() {
            return isInteger() && Names.isDay(name) && !isGenerated;
        }

        /** The same with what was found in it. */
        Column with(Values found, boolean days) {
            return new Column(name, type, size, scale, isGenerated, isNeverNull, found, days);
        }
    }

    /** The different values of a column, empty when there are many; {@code isAll} when the whole table was read for them. */
    record Values(List<String> texts, boolean isAll) {

        static final int VALUES_MAX = 12;
        static final Values NONE = new Values(List.of(), false);

        Values {
            texts = List.copyOf(texts);
        }
    }

    /** Columns that hold the primary key of {@code parent}; in the order of that key. */
    record ForeignKey(List<String> columns, String parent) {
        ForeignKey {
            columns = List.copyOf(columns);
        }
    }

    Optional<Table> table(String name) {
        return tables.stream().filter(table -> table.name().equals(name)).findFirst();
    }
}
