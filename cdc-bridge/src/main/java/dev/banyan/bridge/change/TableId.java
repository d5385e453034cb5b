package dev.banyan.bridge.change;

/** A table of the legacy database, as its catalogue spells it. */
public record TableId(String schema, String name) implements Comparable<TableId> {

    /** The table that {@code text} names as {@code schema.name}; without a dot the schema is {@code public}. */
    public static TableId parse(String text) {
        var dot = text.indexOf('.');
        return dot < 0 ? new TableId("public", text) : new TableId(text.substring(0, dot), text.substring(dot + 1));
    }

    @Override
    public int compareTo(TableId other) {
        var bySchema = schema.compareTo(other.schema);
        return bySchema != 0 ? bySchema : name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return schema + "." + name;
    }
}
