-- How long the lease lasts from when it was taken or kept; 0 of one that a bridge of before took.
ALTER TABLE bridge_state ADD COLUMN lease_ms BIGINT DEFAULT 0 NOT NULL;
