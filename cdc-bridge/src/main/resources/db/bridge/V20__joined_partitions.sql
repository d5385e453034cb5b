-- How a partition came to its table: a number that is another each time that it is attached. 0: not known, or the table itself.
ALTER TABLE bridge_partition ADD COLUMN leaf_joined BIGINT DEFAULT 0 NOT NULL;
