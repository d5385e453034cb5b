-- 2020-09  Customer Service: who did what to this order, and no more "delivered" before "shipped".
ALTER TABLE ord_hdr ADD COLUMN shp_ts TIMESTAMP;

CREATE TABLE ord_sts_log (
    ord_no  BIGINT    NOT NULL,
    seq_no  SMALLINT  NOT NULL,
    old_sts CHAR(1),
    new_sts CHAR(1)   NOT NULL,
    chg_ts  TIMESTAMP NOT NULL DEFAULT fn_now_local(),
    PRIMARY KEY (ord_no, seq_no)
);

CREATE FUNCTION fn_ord_sts_chk() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sts = OLD.sts THEN
        RETURN NEW;
    END IF;
    IF NOT (OLD.sts || NEW.sts IN ('NP', 'NX', 'PS', 'PX', 'SD')
            OR (OLD.sts || NEW.sts = 'NS' AND NEW.pay_cd = 'I')) THEN      -- on invoice: ships before it is paid
        RAISE EXCEPTION 'ORD-017 status % -> % not allowed', OLD.sts, NEW.sts;
    END IF;
    IF NEW.sts = 'S' THEN
        NEW.shp_ts := fn_now_local();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER trg_ord_sts_chk BEFORE UPDATE OF sts ON ord_hdr FOR EACH ROW EXECUTE FUNCTION fn_ord_sts_chk();

CREATE FUNCTION fn_ord_sts_log() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    r RECORD;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.sts = OLD.sts THEN
        RETURN NEW;
    END IF;
    INSERT INTO ord_sts_log (ord_no, seq_no, old_sts, new_sts)
    SELECT NEW.ord_no, COALESCE(MAX(seq_no), 0) + 1, CASE WHEN TG_OP = 'UPDATE' THEN OLD.sts END, NEW.sts
      FROM ord_sts_log WHERE ord_no = NEW.ord_no;
    IF NEW.sts IN ('S', 'X') AND TG_OP = 'UPDATE' THEN
        FOR r IN SELECT p.prd_no, v.whs_cd, v.qty FROM stk_rsv v JOIN ord_pos p USING (ord_no, pos_no)
                  WHERE v.ord_no = NEW.ord_no ORDER BY p.prd_no, v.whs_cd LOOP
            UPDATE stk_lvl SET qty_rsv  = qty_rsv - r.qty,
                               qty_hand = qty_hand - CASE WHEN NEW.sts = 'S' THEN r.qty ELSE 0 END
             WHERE prd_no = r.prd_no AND whs_cd = r.whs_cd;
        END LOOP;
        DELETE FROM stk_rsv WHERE ord_no = NEW.ord_no;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER trg_ord_sts_log AFTER INSERT OR UPDATE OF sts ON ord_hdr FOR EACH ROW EXECUTE FUNCTION fn_ord_sts_log();
