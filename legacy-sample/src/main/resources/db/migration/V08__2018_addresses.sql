-- 2018-10  Customer Service: several addresses a customer.
CREATE TABLE cust_adr (
    kd_nr   INTEGER NOT NULL REFERENCES cust (customer_id),     -- copied from an older script, before the renaming
    adr_typ CHAR(1) NOT NULL,                                   -- I invoice, D delivery
    street  VARCHAR(80),
    zip_cd  VARCHAR(10),
    city    VARCHAR(60),
    ctry_cd CHAR(2) DEFAULT 'DE',
    fax_no  VARCHAR(30),                                        -- dead since 2020
    gps_lat NUMERIC(9,6),                                       -- never filled
    gps_lon NUMERIC(9,6),                                       -- never filled
    PRIMARY KEY (kd_nr, adr_typ)
);
