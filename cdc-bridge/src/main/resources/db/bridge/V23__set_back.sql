-- Why the log does not go on behind the position, though it may have passed that since; empty until a log is found to end before it, and after a resync.
ALTER TABLE bridge_state ADD COLUMN set_back VARCHAR(1000) DEFAULT '' NOT NULL;
