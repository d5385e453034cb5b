-- 2016-11  Customer Service gets a back office.
CREATE TABLE usr_bo (
    usr_cd  VARCHAR(20) PRIMARY KEY,
    pw_hash CHAR(40)    NOT NULL,
    role_cd CHAR(1)     NOT NULL DEFAULT 'A',       -- A admin, R reader (never built)
    lck_yn  CHAR(1)     NOT NULL DEFAULT 'N'
);
-- sha1 of "fennimore:" and the password
INSERT INTO usr_bo (usr_cd, pw_hash) VALUES ('admin', 'bb0c501c21d349a9bc5bd8e037c1c83758b49a32');
