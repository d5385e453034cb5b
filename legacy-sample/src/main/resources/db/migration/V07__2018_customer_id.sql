-- 2018-04  IT Mail Order: English names for the new CRM. kd_nr becomes customer_id. (The sequence keeps its name: an export uses it.)
ALTER TABLE kd_stamm RENAME TO cust;
ALTER TABLE cust     RENAME COLUMN kd_nr TO customer_id;
ALTER TABLE ord_hdr  RENAME COLUMN kd_nr TO customer_id;
CREATE INDEX ix_ord_hdr_cust ON ord_hdr (customer_id);
