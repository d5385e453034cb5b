-- 2015-01  Accounting wants to see what the payment provider answered. "A table to append to", hence no key.
ALTER TABLE ord_hdr ADD COLUMN pay_cd CHAR(1) NOT NULL DEFAULT 'I';     -- I invoice, C card, P prepaid
ALTER TABLE ord_hdr ADD COLUMN cur_cd CHAR(3) NOT NULL DEFAULT 'EUR';

CREATE TABLE pay_log (
    ord_no    BIGINT,
    pay_ts    TIMESTAMP DEFAULT fn_now_local(),
    amt_cents INTEGER,
    pay_cd    CHAR(1),
    rslt      CHAR(1),                              -- 0 ok, 1 refused, 9 nobody knows
    raw_msg   TEXT
);

CREATE TABLE cfg_par (
    par_nm  VARCHAR(20) PRIMARY KEY,
    par_val VARCHAR(80),
    rmk     VARCHAR(120)
);
INSERT INTO cfg_par VALUES ('VAT_PCT', '19', 'Accounting'), ('SHOP_NM', 'Fennimore Mail Order', NULL), ('FAX_GATEWAY', 'off', 'IT Mail Order: never used');
