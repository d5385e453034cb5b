-- A category may have no place among the others: it is shown behind those that have one.
ALTER TABLE category ALTER COLUMN display_order DROP NOT NULL;
