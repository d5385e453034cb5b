-- The ledger: one row an order, as its newest event stated it, with the points that state is worth. A row with
-- removed = true is a tombstone: it keeps the sequence, so that an older event that comes late does not bring it back.
CREATE TABLE customer_order (
    order_no     bigint PRIMARY KEY,
    sequence     text COLLATE "C" NOT NULL,
    committed_at timestamptz NOT NULL,
    removed      boolean NOT NULL,
    customer_id  bigint,
    status       text CHECK (status IN ('new', 'paid', 'shipped', 'delivered', 'cancelled')),
    total        numeric,
    currency     text,
    points       bigint NOT NULL CHECK (points >= 0),
    CHECK (removed OR (customer_id IS NOT NULL AND status IS NOT NULL AND total IS NOT NULL AND currency IS NOT NULL))
);

CREATE INDEX customer_order_by_customer ON customer_order (customer_id, order_no) INCLUDE (points) WHERE NOT removed;

-- Where to read on. It moves in the same transaction as the rows above; setting next_offset to 0 replays a partition.
CREATE TABLE feed_position (
    topic         text NOT NULL,
    partition     integer NOT NULL,
    next_offset   bigint NOT NULL,
    last_sequence text,
    moved_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition)
);

-- Records that could not be applied, whole, with the reason.
CREATE TABLE feed_fault (
    topic         text NOT NULL,
    partition     integer NOT NULL,
    record_offset bigint NOT NULL,
    reason        text NOT NULL,
    headers       text NOT NULL,
    payload       bytea,
    faulted_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition, record_offset)
);
