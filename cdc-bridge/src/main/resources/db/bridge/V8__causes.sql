-- What the transaction of a fault was made for, as far as its writer said.
ALTER TABLE bridge_fault ADD COLUMN cause_id VARCHAR(256);
ALTER TABLE bridge_fault ADD COLUMN traceparent VARCHAR(55);
