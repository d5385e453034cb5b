-- 2022-02  Purchasing renumbers products when a supplier changes. Until now IT did it by hand, on Sundays.
ALTER TABLE prd_prc DROP CONSTRAINT prd_prc_prd_no_fkey,
    ADD CONSTRAINT fk_prd_prc_prd FOREIGN KEY (prd_no) REFERENCES prd_mst (prd_no) ON UPDATE CASCADE;
ALTER TABLE stk_lvl DROP CONSTRAINT stk_lvl_prd_no_fkey,
    ADD CONSTRAINT fk_stk_lvl_prd FOREIGN KEY (prd_no) REFERENCES prd_mst (prd_no) ON UPDATE CASCADE;
ALTER TABLE ord_pos DROP CONSTRAINT ord_pos_prd_no_fkey,
    ADD CONSTRAINT fk_ord_pos_prd FOREIGN KEY (prd_no) REFERENCES prd_mst (prd_no) ON UPDATE CASCADE;
CREATE INDEX ix_ord_pos_prd ON ord_pos (prd_no);

CREATE TABLE prd_ren (
    old_no VARCHAR(10) NOT NULL,
    new_no VARCHAR(10) NOT NULL,
    ren_ts TIMESTAMP   NOT NULL DEFAULT fn_now_local(),
    PRIMARY KEY (old_no, new_no, ren_ts)
);

CREATE PROCEDURE sp_prd_renumber(p_old VARCHAR, p_new VARCHAR) LANGUAGE plpgsql AS $$
BEGIN
    UPDATE prd_mst SET prd_no = p_new WHERE prd_no = p_old;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'PRD-004 no product %', p_old;
    END IF;
    INSERT INTO prd_ren (old_no, new_no) VALUES (p_old, p_new);
END $$;
