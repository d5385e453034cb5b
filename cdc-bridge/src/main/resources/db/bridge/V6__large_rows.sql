-- H2 wants a limit: a row may be as large as PostgreSQL lets a value be.
ALTER TABLE bridge_image ALTER COLUMN row_bytes SET DATA TYPE ${largeBytes};
ALTER TABLE bridge_fault ALTER COLUMN sealed SET DATA TYPE ${largeBytes};
