-- 2023-01  Purchasing: prices follow the suppliers' lists every night. The job calls this; so does Purchasing, from a spreadsheet.
CREATE TABLE job_log (
    job_nm  VARCHAR(20),
    run_ts  TIMESTAMP DEFAULT fn_now_local(),
    rows_no INTEGER,
    rmk     VARCHAR(80)
);

CREATE PROCEDURE sp_nightly_prices(p_pct NUMERIC, p_cat CHAR(3) DEFAULT NULL) LANGUAGE plpgsql AS $$
DECLARE
    n INTEGER;
BEGIN
    UPDATE prd_prc p SET amt = GREATEST(0.01, ROUND(p.amt * (1 + p_pct / 100), 2))
      FROM prd_mst m
     WHERE m.prd_no = p.prd_no AND p.prc_typ = 'R' AND m.del_yn = 'N' AND (p_cat IS NULL OR m.cat_cd = p_cat);
    GET DIAGNOSTICS n = ROW_COUNT;
    -- a sale that is no longer cheaper ends by itself
    UPDATE prd_prc s SET act_yn = 'N'
      FROM prd_prc r
     WHERE s.prc_typ = 'S' AND s.act_yn = 'Y' AND r.prd_no = s.prd_no AND r.prc_typ = 'R' AND s.amt >= r.amt;
    INSERT INTO job_log (job_nm, rows_no, rmk) VALUES ('nightly_prices', n, p_pct || ' % ' || COALESCE(p_cat, 'all'));
END $$;

INSERT INTO cfg_par VALUES ('NIGHT_PCT', '0.5', 'Purchasing: percent for the nightly job');
