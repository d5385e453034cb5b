-- 2016-05  Purchasing: sale prices. From here on catalogue money is NUMERIC; orders stay in cents (Accounting's exports read them).
CREATE TABLE prd_prc (
    prd_no  VARCHAR(8)    NOT NULL REFERENCES prd_mst (prd_no),
    prc_typ CHAR(1)       NOT NULL,                 -- R regular, S sale
    amt     NUMERIC(12,2) NOT NULL,
    cur_cd  CHAR(3)       NOT NULL DEFAULT 'EUR',
    act_yn  CHAR(1)       NOT NULL DEFAULT 'Y',     -- looked at for S only
    upd_ts  TIMESTAMP     DEFAULT fn_now_local(),
    PRIMARY KEY (prd_no, prc_typ)
);
INSERT INTO prd_prc (prd_no, prc_typ, amt) SELECT prd_no, 'R', prc_pf / 100.0 FROM prd_mst WHERE prc_pf IS NOT NULL;
ALTER TABLE prd_mst DROP COLUMN prc_pf;

-- The purchasing department's spreadsheet lands here before someone copies it over by hand.
CREATE TABLE tmp_imp_2016 (
    zeile INTEGER,
    col_a VARCHAR(200),
    col_b VARCHAR(200),
    col_c VARCHAR(200)
);
