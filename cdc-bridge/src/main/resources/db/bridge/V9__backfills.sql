-- What people want of a backfill (go, pause, cancel), written by their commands; state, also cancelled, is written by the bridge alone.
ALTER TABLE bridge_backfill ADD COLUMN wish VARCHAR(10) DEFAULT 'go' NOT NULL;
ALTER TABLE bridge_backfill ADD COLUMN rows_per_second BIGINT;
ALTER TABLE bridge_backfill ADD COLUMN updated_ms BIGINT DEFAULT 0 NOT NULL;

-- How far each table of a backfill is. state: waiting, reading, read. rows_estimated is what the database's statistics said.
CREATE TABLE bridge_backfill_table (
    backfill_id    VARCHAR(40) NOT NULL,
    table_name     VARCHAR(130) NOT NULL,
    state          VARCHAR(10) NOT NULL,
    rows_read      BIGINT NOT NULL,
    rows_estimated BIGINT,
    PRIMARY KEY (backfill_id, table_name)
);
