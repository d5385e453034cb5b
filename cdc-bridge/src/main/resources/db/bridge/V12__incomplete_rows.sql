-- Rows that the running backfill has not brought whole: a large value of them is in no change that the log has told of. key_row is the key.
CREATE TABLE bridge_incomplete_row (
    table_name VARCHAR(130) NOT NULL,
    row_key    VARCHAR(2400) NOT NULL,
    key_row    ${bytes} NOT NULL,
    PRIMARY KEY (table_name, row_key)
);
