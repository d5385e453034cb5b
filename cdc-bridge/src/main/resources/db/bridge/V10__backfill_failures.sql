-- How often in a row Debezium could not read a table of a backfill, and what was said the last time; both go when rows are read again.
ALTER TABLE bridge_backfill ADD COLUMN failures INT DEFAULT 0 NOT NULL;
ALTER TABLE bridge_backfill ADD COLUMN failure VARCHAR(1000);
