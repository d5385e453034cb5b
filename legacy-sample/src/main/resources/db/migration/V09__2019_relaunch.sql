-- 2019-06  Relaunch. "Just to be safe" copy of the products; can be dropped after the summer.
CREATE TABLE prd_mst_bak_2019 AS SELECT * FROM prd_mst;

ALTER TABLE prd_mst ALTER COLUMN prd_nm TYPE VARCHAR(120);
ALTER TABLE prd_mst ALTER COLUMN prd_no TYPE VARCHAR(10);
ALTER TABLE prd_prc ALTER COLUMN prd_no TYPE VARCHAR(10);
ALTER TABLE stk_lvl ALTER COLUMN prd_no TYPE VARCHAR(10);
ALTER TABLE ord_pos ALTER COLUMN prd_no TYPE VARCHAR(10);

CREATE INDEX ix_prd_mst_cat ON prd_mst (cat_cd);
CREATE INDEX ix_prd_mst_no  ON prd_mst (prd_no COLLATE "C");
