-- 2015-09  Logistics: second warehouse. Stock per product and warehouse.
CREATE TABLE whs (
    whs_cd CHAR(2)     PRIMARY KEY,
    whs_nm VARCHAR(40) NOT NULL,
    act_yn CHAR(1)     NOT NULL DEFAULT 'Y'
);
INSERT INTO whs VALUES ('HH', 'Hamburg', 'Y'), ('LE', 'Leipzig', 'Y'), ('NB', 'Nürnberg', 'Y'), ('ZZ', 'Virtual (returns)', 'N');

CREATE TABLE stk_lvl (
    prd_no   VARCHAR(8) NOT NULL REFERENCES prd_mst (prd_no),
    whs_cd   CHAR(2)    NOT NULL REFERENCES whs (whs_cd),
    qty_hand INTEGER    NOT NULL DEFAULT 0,
    qty_rsv  INTEGER    NOT NULL DEFAULT 0,
    PRIMARY KEY (prd_no, whs_cd)
);
