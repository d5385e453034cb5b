-- Behind which position the rows of a table were hidden last: what was parked at it or before does not say whether a row is there still.
CREATE TABLE bridge_hidden_behind (
    table_name VARCHAR(130) PRIMARY KEY,
    commit_lsn BIGINT NOT NULL
);

INSERT INTO bridge_hidden_behind
SELECT table_name, COALESCE((SELECT commit_lsn FROM bridge_state WHERE id = 1), 0) FROM bridge_hidden;
