-- The transaction that wrote the publication's name, owner and options last; 0 as long as nobody has looked.
ALTER TABLE bridge_published ADD COLUMN alteration BIGINT DEFAULT 0 NOT NULL;
