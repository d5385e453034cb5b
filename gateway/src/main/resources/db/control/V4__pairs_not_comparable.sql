-- For H2 and PostgreSQL alike. Pairs of replies of which nothing can be said; gates do not pass over them.
ALTER TABLE shift_counts ADD COLUMN not_comparable BIGINT DEFAULT 0 NOT NULL;
