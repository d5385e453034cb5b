-- 2020-04  Logistics: orders reserve stock. Lives in the database so that shop, telephone orders and fax all do the same.
CREATE TABLE stk_rsv (
    ord_no BIGINT   NOT NULL,
    pos_no SMALLINT NOT NULL,
    whs_cd CHAR(2)  NOT NULL,
    qty    INTEGER  NOT NULL,
    PRIMARY KEY (ord_no, pos_no),
    FOREIGN KEY (ord_no, pos_no) REFERENCES ord_pos (ord_no, pos_no) ON DELETE CASCADE
);

-- Reserves in the first warehouse that has enough, else in Hamburg, even below zero: Logistics reorders from that.
CREATE FUNCTION fn_stk_rsv() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    w CHAR(2);
BEGIN
    SELECT whs_cd INTO w FROM stk_lvl
     WHERE prd_no = NEW.prd_no AND qty_hand - qty_rsv >= NEW.qty
     ORDER BY whs_cd LIMIT 1 FOR UPDATE;
    w := COALESCE(w, 'HH');
    INSERT INTO stk_lvl (prd_no, whs_cd, qty_hand, qty_rsv) VALUES (NEW.prd_no, w, 0, NEW.qty)
        ON CONFLICT (prd_no, whs_cd) DO UPDATE SET qty_rsv = stk_lvl.qty_rsv + NEW.qty;
    INSERT INTO stk_rsv VALUES (NEW.ord_no, NEW.pos_no, w, NEW.qty);
    RETURN NEW;
END $$;
CREATE TRIGGER trg_ord_pos_rsv AFTER INSERT ON ord_pos FOR EACH ROW EXECUTE FUNCTION fn_stk_rsv();
