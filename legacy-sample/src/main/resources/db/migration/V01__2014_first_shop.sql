-- 2014-03  IT Mail Order: first shop on the web. Names follow the old order terminal (8 characters, no vowels where possible).
-- Customers come from the card index, so the key is the customer number of the cards (kd_nr).

CREATE FUNCTION fn_now_local() RETURNS TIMESTAMP LANGUAGE sql STABLE AS
$$ SELECT (now() AT TIME ZONE 'Europe/Berlin')::timestamp(0) $$;

CREATE TABLE cat_grp (
    cat_cd  CHAR(3)     PRIMARY KEY,
    cat_nm  VARCHAR(60) NOT NULL,
    par_cd  CHAR(3),
    srt_no  SMALLINT
);

CREATE TABLE prd_mst (
    prd_no  VARCHAR(8)  PRIMARY KEY,
    prd_nm  VARCHAR(60) NOT NULL,
    prd_txt TEXT,
    cat_cd  CHAR(3),                                -- no foreign key: the terminal loads products before groups
    sts_cd  CHAR(1)     NOT NULL DEFAULT 'A',       -- A active, N new, I inactive (discontinued)
    prc_pf  INTEGER,                                -- price in cents
    wgt_g   INTEGER,
    crt_ts  TIMESTAMP   NOT NULL DEFAULT fn_now_local(),
    upd_ts  TIMESTAMP
);

CREATE SEQUENCE seq_kd_nr;

CREATE TABLE kd_stamm (
    kd_nr    INTEGER      PRIMARY KEY DEFAULT nextval('seq_kd_nr'),
    login_nm VARCHAR(30)  NOT NULL UNIQUE,
    pw_hash  CHAR(40),                              -- sha1
    first_nm VARCHAR(60),
    last_nm  VARCHAR(60),
    email    VARCHAR(120),
    birth_dt INTEGER,                               -- yyyymmdd, 0 = not given
    reg_ts   TIMESTAMP    NOT NULL DEFAULT fn_now_local()
);

CREATE SEQUENCE seq_ord_no START 1001;

CREATE TABLE ord_hdr (
    ord_no    BIGINT    PRIMARY KEY DEFAULT nextval('seq_ord_no'),
    kd_nr     INTEGER   NOT NULL REFERENCES kd_stamm (kd_nr),
    ord_ts    TIMESTAMP NOT NULL DEFAULT fn_now_local(),
    sts       CHAR(1)   NOT NULL DEFAULT 'N',       -- N new, P paid, S shipped, D delivered, X cancelled
    tot_cents INTEGER   NOT NULL DEFAULT 0,
    rmk       TEXT
);

CREATE TABLE ord_pos (
    ord_no     BIGINT     NOT NULL REFERENCES ord_hdr (ord_no),
    pos_no     SMALLINT   NOT NULL,
    prd_no     VARCHAR(8) NOT NULL REFERENCES prd_mst (prd_no),
    qty        INTEGER    NOT NULL,
    unit_cents INTEGER,
    PRIMARY KEY (ord_no, pos_no)
);
