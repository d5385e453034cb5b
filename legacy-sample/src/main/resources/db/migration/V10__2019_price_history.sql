-- 2019-11  Purchasing asks "since when does it cost that?"
CREATE SEQUENCE seq_prc_hist;
CREATE TABLE prc_hist (
    hist_no BIGINT      PRIMARY KEY DEFAULT nextval('seq_prc_hist'),
    prd_no  VARCHAR(10) NOT NULL,                   -- no foreign key: history must survive
    prc_typ CHAR(1)     NOT NULL,
    old_amt NUMERIC(12,2),
    new_amt NUMERIC(12,2),
    chg_ts  TIMESTAMP   NOT NULL,
    chg_usr VARCHAR(30)
);
CREATE INDEX ix_prc_hist_prd ON prc_hist (prd_no);

CREATE FUNCTION fn_prc_hist() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO prc_hist (prd_no, prc_typ, old_amt, new_amt, chg_ts, chg_usr)
        VALUES (NEW.prd_no, NEW.prc_typ, NULL, NEW.amt, fn_now_local(), current_user);
    ELSIF NEW.amt <> OLD.amt THEN
        INSERT INTO prc_hist (prd_no, prc_typ, old_amt, new_amt, chg_ts, chg_usr)
        VALUES (NEW.prd_no, NEW.prc_typ, OLD.amt, NEW.amt, fn_now_local(), current_user);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER trg_prc_hist AFTER INSERT OR UPDATE ON prd_prc FOR EACH ROW EXECUTE FUNCTION fn_prc_hist();

-- "Last changed" was filled by the terminal program; the web shop kept forgetting it.
CREATE FUNCTION fn_upd_ts() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF NEW IS DISTINCT FROM OLD THEN
        NEW.upd_ts := fn_now_local();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER trg_prd_mst_upd BEFORE UPDATE ON prd_mst FOR EACH ROW EXECUTE FUNCTION fn_upd_ts();
CREATE TRIGGER trg_prd_prc_upd BEFORE UPDATE ON prd_prc FOR EACH ROW EXECUTE FUNCTION fn_upd_ts();
