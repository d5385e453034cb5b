package dev.banyan.bridge.change;

import java.util.Locale;

/** The kinds of legacy database. Each numbers the places in its log in its own way; within one log the numbers rise. */
public enum Dbms {
    /** A place is a commit's LSN, in bytes. */
    POSTGRESQL("PostgreSQL") {
        @Override
        public String place(long position) {
            var lsn = Era.place(position);
            return Long.toHexString(lsn >>> 32).toUpperCase(Locale.ROOT) + "/"
                    + Long.toHexString(lsn & 0xffffffffL).toUpperCase(Locale.ROOT);
        }
    },
    /** A place is the sequence number of a transaction's GTID. */
    MARIADB("MariaDB") {
        @Override
        public String place(long position) {
            return "GTID sequence " + Era.place(position);
        }
    };

    private final String title;

    Dbms(String title) {
        this.title = title;
    }

    /** Its name as its makers write it. */
    public String title() {
        return title;
    }

    /** The place of {@code position} as people know it: {@code 0/1A2B3C}, or {@code GTID sequence 1234}. */
    public abstract String place(long position);

    /** The database whose transactions have ids like {@code txId}: a GTID has dashes, PostgreSQL's number has none. */
    public static Dbms ofTransaction(String txId) {
        return txId.indexOf('-') > 0 ? MARIADB : POSTGRESQL;
    }
}
