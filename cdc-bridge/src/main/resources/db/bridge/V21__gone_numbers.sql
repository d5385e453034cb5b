-- How many numbers were given to what is told of rows that are gone: never one twice, so that a consumer takes the later one for the later.
CREATE TABLE bridge_gone (
    numbered BIGINT NOT NULL
);
INSERT INTO bridge_gone VALUES (0);

-- Of what is parked of rows that are gone: the number of their go. What a transaction did has none.
ALTER TABLE bridge_fault ADD COLUMN go BIGINT;
