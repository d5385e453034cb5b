-- Rows that were remembered when a resync began, until its backfill or the log has them: those left in the end are gone. (H2 has the mark in the row.)
ALTER TABLE bridge_image ADD COLUMN hidden BOOLEAN DEFAULT FALSE NOT NULL;

-- The tables whose rows a resync hid, and the backfill that has to be done before what is still hidden is told as removed; in the
-- order of the mapping.
CREATE TABLE bridge_hidden (
    table_name  VARCHAR(130) PRIMARY KEY,
    backfill_id VARCHAR(40) NOT NULL,
    place       INTEGER NOT NULL
);
