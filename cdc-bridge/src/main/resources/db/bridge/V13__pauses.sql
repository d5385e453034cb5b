-- Tables that do not fit the mapping any more, since behind a position: every change of their aggregate is parked. tables_of has all tables of it,
-- shape the columns of the last row that was seen, both a line each.
CREATE TABLE bridge_pause (
    table_name VARCHAR(130) PRIMARY KEY,
    aggregate  VARCHAR(200) NOT NULL,
    tables_of  ${text} NOT NULL,
    since_lsn  BIGINT NOT NULL,
    noted_ms   BIGINT NOT NULL,
    why        ${text} NOT NULL,
    shape      ${text} NOT NULL
);

-- What is parked of one transaction may be in several pieces, numbered from 0; they are mapped as one.
ALTER TABLE bridge_fault ADD COLUMN piece INT DEFAULT 0 NOT NULL;

-- A paused table may have parked very many, which are taken in their order, some at a time.
CREATE INDEX bridge_fault_order ON bridge_fault (group_id, state, commit_lsn, piece);
DROP INDEX bridge_fault_group;
