-- The columns that a table had when a start last found all of its key there, a line each: its number in the table, and its name. A key column that is
-- gone later was renamed to one that has its number and was not among these.
CREATE TABLE bridge_table_columns (
    table_name VARCHAR(130) PRIMARY KEY,
    columns    ${text} NOT NULL
);
