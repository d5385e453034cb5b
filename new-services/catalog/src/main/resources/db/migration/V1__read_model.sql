-- The read model: one row a product or category, as its newest event stated it. A row with removed = true is a tombstone:
-- it keeps the sequence, so that an older event that comes late does not bring the product back.
CREATE TABLE product (
    sku              text PRIMARY KEY,
    sequence         text COLLATE "C" NOT NULL,
    committed_at     timestamptz NOT NULL,
    removed          boolean NOT NULL,
    name             text,
    description      text,
    category         text,
    status           text CHECK (status IN ('active', 'new', 'discontinued')),
    weight_grams     integer,
    price            numeric,
    price_currency   text,
    regular_price    numeric,
    regular_currency text,
    on_sale          boolean NOT NULL,
    available        bigint NOT NULL,
    -- shown: has a page of its own; listed: appears in the catalogue as well
    shown            boolean NOT NULL GENERATED ALWAYS AS (NOT removed AND regular_price IS NOT NULL) STORED,
    listed           boolean NOT NULL GENERATED ALWAYS AS
                         (NOT removed AND regular_price IS NOT NULL AND status IN ('active', 'new')) STORED,
    CHECK (removed OR (name IS NOT NULL AND status IS NOT NULL))
);

CREATE INDEX product_listed ON product (sku COLLATE "C") WHERE listed;
CREATE INDEX product_listed_by_category ON product (category, sku COLLATE "C") WHERE listed;

CREATE TABLE category (
    code          text PRIMARY KEY,
    sequence      text COLLATE "C" NOT NULL,
    committed_at  timestamptz NOT NULL,
    removed       boolean NOT NULL,
    name          text,
    parent        text,
    display_order integer NOT NULL,
    CHECK (removed OR name IS NOT NULL)
);

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
