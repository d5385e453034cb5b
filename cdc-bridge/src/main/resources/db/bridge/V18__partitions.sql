-- The leaf partitions of PostgreSQL's mapped tables when they were last looked at: their numbers, and those of the files that have their rows.
CREATE TABLE bridge_partition (
    table_name VARCHAR(130) NOT NULL,
    leaf_oid   BIGINT NOT NULL,
    leaf_file  BIGINT NOT NULL,
    PRIMARY KEY (table_name, leaf_oid)
);

-- Tables of which rows may have gone with a partition: no change before that position comes for these rows any more.
CREATE TABLE bridge_lost (
    table_name VARCHAR(130) PRIMARY KEY,
    since_lsn  BIGINT NOT NULL
);
