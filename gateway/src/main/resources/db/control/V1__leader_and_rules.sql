-- For H2 and PostgreSQL alike.

-- Who leads: one row. The epoch rises with every take-over; what a leader writes names the epoch it was made leader under.
CREATE TABLE control_leader (
    id          SMALLINT PRIMARY KEY CHECK (id = 1),
    epoch       BIGINT NOT NULL,
    holder      VARCHAR(200) NOT NULL,
    lease_until TIMESTAMP WITH TIME ZONE NOT NULL
);
INSERT INTO control_leader (id, epoch, holder, lease_until)
VALUES (1, 0, '', TIMESTAMP WITH TIME ZONE '1970-01-01 00:00:00+00');

-- Which version of the rules is in force: one row, 0 before there is any. It only ever rises.
CREATE TABLE control_rules (
    id      SMALLINT PRIMARY KEY CHECK (id = 1),
    version BIGINT NOT NULL
);
INSERT INTO control_rules (id, version) VALUES (1, 0);

-- Every version there ever was, and its files.
CREATE TABLE control_rules_version (
    version BIGINT PRIMARY KEY,
    hash    VARCHAR(64) NOT NULL,
    pushed  TIMESTAMP WITH TIME ZONE NOT NULL,
    pusher  VARCHAR(200) NOT NULL,
    reason  VARCHAR(1000) NOT NULL
);
CREATE TABLE control_rules_file (
    version BIGINT NOT NULL REFERENCES control_rules_version (version),
    name    VARCHAR(255) NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (version, name)
);
