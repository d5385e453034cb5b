-- One bridge a store, so this table has one row. Its update under the lease's epoch is what every commit of the bridge hinges on.
CREATE TABLE bridge_state (
    id                SMALLINT PRIMARY KEY CHECK (id = 1),
    bridge            VARCHAR(100) NOT NULL,
    store_id          VARCHAR(36) NOT NULL,
    epoch             BIGINT NOT NULL,
    holder            VARCHAR(200) NOT NULL,
    lease_until_ms    BIGINT NOT NULL,
    system_identifier VARCHAR(40),
    timeline          INTEGER,
    commit_lsn        BIGINT,
    source_offset     ${text},
    moved_at_ms       BIGINT
);

-- The last known rows, from which whole aggregates are built.
CREATE TABLE bridge_image (
    table_name VARCHAR(130) NOT NULL,
    row_key    VARCHAR(400) NOT NULL,
    parent_key VARCHAR(400) NOT NULL,
    row_bytes  ${bytes} NOT NULL,
    PRIMARY KEY (table_name, row_key)
);
CREATE INDEX bridge_image_parent ON bridge_image (table_name, parent_key);

-- Backfills that were asked for. state: requested, running, done.
CREATE TABLE bridge_backfill (
    id           VARCHAR(40) PRIMARY KEY,
    tables       ${text} NOT NULL,
    state        VARCHAR(10) NOT NULL,
    rows_read    BIGINT NOT NULL,
    requested_ms BIGINT NOT NULL,
    started_ms   BIGINT,
    finished_ms  BIGINT
);

-- Rows that changed since the running backfill was asked for: what it reads of them later may be older, and is dropped.
CREATE TABLE bridge_backfill_touched (
    table_name VARCHAR(130) NOT NULL,
    row_key    VARCHAR(400) NOT NULL,
    PRIMARY KEY (table_name, row_key)
);
