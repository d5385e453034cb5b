-- Parts of transactions that the mapping had no answer for. state: parked, skipped, resubmitted. The rows of what is parked are encrypted.
CREATE TABLE bridge_fault (
    id            VARCHAR(36) PRIMARY KEY,
    state         VARCHAR(12) NOT NULL,
    group_id      VARCHAR(36) NOT NULL,
    aggregate     VARCHAR(200) NOT NULL,
    aggregate_key VARCHAR(400) NOT NULL,
    tx_id         VARCHAR(100) NOT NULL,
    commit_lsn    BIGINT NOT NULL,
    commit_time   VARCHAR(40) NOT NULL,
    changes       INTEGER NOT NULL,
    message       ${text} NOT NULL,
    reason        ${text} NOT NULL,
    sealed        ${bytes},
    noted_ms      BIGINT NOT NULL,
    resolved_ms   BIGINT
);
CREATE INDEX bridge_fault_group ON bridge_fault (group_id, state);

-- Aggregates of which something is parked: what comes of them next waits behind it.
CREATE TABLE bridge_waiting (
    aggregate     VARCHAR(200) NOT NULL,
    aggregate_key VARCHAR(400) NOT NULL,
    group_id      VARCHAR(36) NOT NULL,
    PRIMARY KEY (aggregate, aggregate_key)
);
