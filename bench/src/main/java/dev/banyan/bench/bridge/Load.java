package dev.banyan.bench.bridge;

import java.util.List;

/** What is written into the database; {@code load.sql} has the statements. A step of it is always the same number of rows. */
enum Load {

    /** Ten rows a transaction, a table by itself: eight are new, two change. */
    ITEMS("write_items", "item", 10, 10, 8, "one table, 10 rows a transaction, an event a row"),

    /** An order and its four lines in one transaction, then its status and a line in the next. */
    ORDERS(
            "write_orders",
            "ord,ord_line",
            7,
            2,
            1,
            "an order and its lines, 3.5 rows a transaction, with an aggregate an event each");

    private final String procedure;
    private final String tables;
    private final int rows;
    private final int events;
    private final int ids;
    private final String title;

    Load(String procedure, String tables, int rows, int events, int ids, String title) {
        this.procedure = procedure;
        this.tables = tables;
        this.rows = rows;
        this.events = events;
        this.ids = ids;
        this.title = title;
    }

    /** The procedure that writes steps from its first argument up to, without it, its second. */
    String procedure() {
        return procedure;
    }

    List<String> tables() {
        return List.of(tables.split(",", -1));
    }

    /** Rows that a step changes. */
    int rows() {
        return rows;
    }

    /** Events of the mapping that a step becomes. */
    int events() {
        return events;
    }

    /** New ids of the first table that a step has, in a row with those of the step before: step n begins with n times so many. */
    int ids() {
        return ids;
    }

    String title() {
        return title;
    }
}
