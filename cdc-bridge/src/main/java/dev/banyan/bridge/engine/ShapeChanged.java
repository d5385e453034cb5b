package dev.banyan.bridge.engine;

import dev.banyan.bridge.change.MappingFailed;
import dev.banyan.bridge.change.TableId;

/** The next row is the first of a table that does not fit the mapping any more. */
public final class ShapeChanged extends MappingFailed {

    private static final long serialVersionUID = 1L;

    private final transient TableId table;
    private final String why;
    private final String shape;

    ShapeChanged(TableId table, String why, String shape) {
        super("the table has changed: " + why);
        this.table = table;
        this.why = why;
        this.shape = shape;
    }

    public TableId table() {
        return table;
    }

    /** Which column, what was found of it, and what would do. */
    public String why() {
        return why;
    }

    /** The columns of the row, as {@link Shapes} write them. */
    public String shape() {
        return shape;
    }
}
