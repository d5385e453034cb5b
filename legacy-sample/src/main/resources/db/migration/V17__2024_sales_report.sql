-- 2024-07  Management wants figures by month. Slow, "but it is only one page".
CREATE VIEW vw_sls_mth AS
SELECT to_char(h.ord_ts, 'YYYY-MM')                 AS mth,
       COALESCE(g.cat_nm, '?')                      AS cat_nm,
       COUNT(DISTINCT h.ord_no)                     AS ord_cnt,
       SUM(p.qty)                                   AS pcs,
       SUM(p.qty::numeric * p.unit_cents) / 100     AS amt
  FROM ord_hdr h
  JOIN ord_pos p ON p.ord_no = h.ord_no
  LEFT JOIN prd_mst m ON m.prd_no = p.prd_no
  LEFT JOIN cat_grp g ON g.cat_cd = m.cat_cd
 WHERE h.sts <> 'X'
 GROUP BY 1, 2;

CREATE TABLE inv_no (
    inv_no BIGSERIAL PRIMARY KEY,
    ord_no BIGINT    NOT NULL UNIQUE,               -- given when an invoice is first looked at
    inv_ts TIMESTAMP NOT NULL DEFAULT fn_now_local()
);
