-- 2021-03  Accounting: totals of shop and telephone differed by a cent now and then. From now on the database adds up.
CREATE FUNCTION fn_ord_pos_prc() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.unit_cents IS NULL THEN
        SELECT ROUND(amt * 100) INTO NEW.unit_cents FROM prd_prc
         WHERE prd_no = NEW.prd_no AND (prc_typ = 'R' OR (prc_typ = 'S' AND act_yn = 'Y'))
         ORDER BY prc_typ DESC LIMIT 1;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER trg_ord_pos_prc BEFORE INSERT ON ord_pos FOR EACH ROW EXECUTE FUNCTION fn_ord_pos_prc();

-- Marketing 2021-04: group V gets 5 percent from 100 euros on. Put here because the total is computed here.
CREATE FUNCTION fn_ord_total() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    no  BIGINT := COALESCE(NEW.ord_no, OLD.ord_no);
    s   BIGINT;
    grp CHAR(1);
BEGIN
    SELECT COALESCE(SUM(qty::bigint * unit_cents), 0) INTO s FROM ord_pos WHERE ord_no = no;
    SELECT c.grp_cd INTO grp FROM ord_hdr h JOIN cust c ON c.customer_id = h.customer_id WHERE h.ord_no = no;
    IF grp = 'V' AND s >= 10000 THEN
        s := s - s * 5 / 100;
    END IF;
    UPDATE ord_hdr SET tot_cents = s WHERE ord_no = no AND tot_cents <> s;
    RETURN NULL;
END $$;
CREATE TRIGGER trg_ord_total AFTER INSERT OR DELETE OR UPDATE OF qty, unit_cents ON ord_pos
    FOR EACH ROW EXECUTE FUNCTION fn_ord_total();
