-- 2021-10  The agency's mobile app sends a reference of its own. "Not unique, customers press twice."
ALTER TABLE ord_hdr ADD COLUMN ext_ref VARCHAR(40);
CREATE INDEX ix_ord_hdr_ref ON ord_hdr (ext_ref) WHERE ext_ref IS NOT NULL;
CREATE INDEX ix_ord_hdr_ts ON ord_hdr (ord_ts);
