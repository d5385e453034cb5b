-- Of a parity run, whose id begins with parity-: what came of comparing the table, as JSON. Null for a table that a backfill reads.
ALTER TABLE bridge_backfill_table ADD COLUMN parity ${text};

-- Which parity run found the row in the legacy database last; 0: none. (H2 has the mark in the row.)
ALTER TABLE bridge_image ADD COLUMN found_by INTEGER DEFAULT 0 NOT NULL;
