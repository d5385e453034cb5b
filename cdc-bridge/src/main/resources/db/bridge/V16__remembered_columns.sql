-- The columns that every remembered row of a table has, a line each, as far as that is known; and those that it has once a backfill of the table
-- is done which was requested then or later: a mapping names them that was not written by before.
CREATE TABLE bridge_remembered (
    table_name VARCHAR(130) PRIMARY KEY,
    columns    ${text} NOT NULL,
    awaited    ${text} NOT NULL,
    asked_ms   BIGINT NOT NULL
);
