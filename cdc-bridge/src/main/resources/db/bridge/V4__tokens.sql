-- Tokens that stand for values. A value's token is found by a keyed hash of the value; the value itself is encrypted and bound to its token.
-- The row of the vault '' names no token: its fingerprint tells which hash key the others were made with.
CREATE TABLE bridge_token (
    vault       VARCHAR(200) NOT NULL,
    fingerprint VARCHAR(64) NOT NULL,
    token       VARCHAR(40) NOT NULL UNIQUE,
    sealed      ${text} NOT NULL,
    made_ms     BIGINT NOT NULL,
    PRIMARY KEY (vault, fingerprint)
);
