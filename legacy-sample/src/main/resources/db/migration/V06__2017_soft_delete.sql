-- 2017-02  Legal: nothing may vanish that was ever ordered. Rows are marked, not deleted.
ALTER TABLE prd_mst  ADD COLUMN del_yn CHAR(1) NOT NULL DEFAULT 'N';
ALTER TABLE kd_stamm ADD COLUMN del_yn CHAR(1) NOT NULL DEFAULT 'N';

-- Marketing: newsletter and customer groups
ALTER TABLE kd_stamm ADD COLUMN news_yn CHAR(1);                        -- NULL: was never asked
ALTER TABLE kd_stamm ADD COLUMN grp_cd  CHAR(1) NOT NULL DEFAULT 'P';   -- P private, B business, V very important
