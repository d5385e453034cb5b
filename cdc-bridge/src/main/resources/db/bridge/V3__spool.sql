-- A spool that is not empty: transactions that the legacy database was told are safe, and that the hub does not have. Nobody else may go on.
ALTER TABLE bridge_state ADD COLUMN spool_id VARCHAR(36);
ALTER TABLE bridge_state ADD COLUMN spool_where VARCHAR(1000);
