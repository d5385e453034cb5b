-- For H2 and PostgreSQL alike.

-- Where each route that moved has got to: what the last entry of its journal left, as JSON.
CREATE TABLE shift_head (
    route      VARCHAR(300) PRIMARY KEY,
    generation BIGINT NOT NULL,
    number     BIGINT NOT NULL,
    head       TEXT NOT NULL
);

-- What moved each route, and why. Rows are added and never changed. The key lets one decision be taken once.
CREATE TABLE shift_journal (
    route      VARCHAR(300) NOT NULL,
    generation BIGINT NOT NULL,
    number     BIGINT NOT NULL,
    at         TIMESTAMP WITH TIME ZONE NOT NULL,
    gateway    VARCHAR(200) NOT NULL,
    event      VARCHAR(40) NOT NULL,
    from_state VARCHAR(40) NOT NULL,
    to_state   VARCHAR(40) NOT NULL,
    words      TEXT NOT NULL,
    by_whom    VARCHAR(200) NOT NULL,
    reason     TEXT NOT NULL,
    entry      TEXT NOT NULL,
    PRIMARY KEY (route, generation, number)
);

-- What people and trip-wires asked, at any gateway; the leader answers.
CREATE TABLE shift_command (
    id      VARCHAR(36) PRIMARY KEY,
    at      TIMESTAMP WITH TIME ZONE NOT NULL,
    command TEXT NOT NULL,
    outcome VARCHAR(20),
    words   TEXT
);
CREATE INDEX shift_command_open ON shift_command (outcome, at);

-- What each gateway has seen in a window, since it began to look: sums, which replace its earlier ones.
CREATE TABLE shift_counts (
    route               VARCHAR(300) NOT NULL,
    generation          BIGINT NOT NULL,
    began               BIGINT NOT NULL,
    gateway             VARCHAR(200) NOT NULL,
    baseline_requests   BIGINT NOT NULL,
    baseline_errors     BIGINT NOT NULL,
    baseline_latencies  BYTEA NOT NULL,
    candidate_requests  BIGINT NOT NULL,
    candidate_errors    BIGINT NOT NULL,
    candidate_latencies BYTEA NOT NULL,
    compared            BIGINT NOT NULL,
    breaking            BIGINT NOT NULL,
    behavioural         BIGINT NOT NULL,
    compatible          BIGINT NOT NULL,
    PRIMARY KEY (route, generation, began, gateway)
);
