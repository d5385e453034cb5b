package dev.banyan.bridge.source;

/** A table and its partitions, as a query of PostgreSQL's catalogue. */
final class Partitions {

    /*
     * pg_partition_tree() is not asked: it locks every partition, so that it waits where somebody has one locked, and it sees partitions that the
     * rest of its statement does not see yet. pg_inherits is a table like others.
     */

    /** For a FROM: as {@code part} the {@code relid} of {@code c} and of all its partitions, but those that are being detached. */
    static final String OF_C = """
            CROSS JOIN LATERAL (
                WITH RECURSIVE tree (relid) AS (
                    SELECT c.oid
                    UNION ALL SELECT i.inhrelid FROM tree JOIN pg_inherits i ON i.inhparent = tree.relid AND NOT i.inhdetachpending
                              JOIN pg_class b ON b.oid = i.inhrelid AND b.relispartition)
                SELECT relid FROM tree) part""";

    private Partitions() {}
}
