-- A key may have 2,400 bytes: more than most, and less than an index takes.
ALTER TABLE bridge_image ALTER COLUMN row_key SET DATA TYPE VARCHAR(2400);
ALTER TABLE bridge_image ALTER COLUMN parent_key SET DATA TYPE VARCHAR(2400);
ALTER TABLE bridge_backfill_touched ALTER COLUMN row_key SET DATA TYPE VARCHAR(2400);
ALTER TABLE bridge_fault ALTER COLUMN aggregate_key SET DATA TYPE VARCHAR(2400);
ALTER TABLE bridge_waiting ALTER COLUMN aggregate_key SET DATA TYPE VARCHAR(2400);

-- The newest are listed, and the oldest of what is skipped are forgotten.
CREATE INDEX bridge_fault_noted ON bridge_fault (noted_ms DESC, commit_lsn DESC, id);
