-- What PostgreSQL was found to publish of the mapped tables, by the numbers it gives and never gives again: publication, table, and the entry that has
-- the one in the other (0: all tables). A table may be in there twice, by itself and by its schema.
CREATE TABLE bridge_published (
    table_name      VARCHAR(130) NOT NULL,
    publication_oid BIGINT NOT NULL,
    table_oid       BIGINT NOT NULL,
    entry_oid       BIGINT NOT NULL,
    PRIMARY KEY (table_name, publication_oid, table_oid, entry_oid)
);
