-- For H2 and PostgreSQL alike.

-- What gateways of one store know and nobody else; the first that needs one makes it.
CREATE TABLE shared_secret (
    name   VARCHAR(100) PRIMARY KEY,
    secret VARCHAR(200) NOT NULL
);
