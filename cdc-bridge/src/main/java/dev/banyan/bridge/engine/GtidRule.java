package dev.banyan.bridge.engine;

import java.util.LinkedHashMap;
import java.util.Map;

/** What is stored of an offset of MariaDB, and what its transactions' ids say. A GTID is {@code domain-server-sequence}. */
public final class GtidRule {

    /*
     * At the end of a transaction Debezium's offset still says how to begin that transaction again and skip what was read of it: the
     * GTIDs before it, and "event" and "row" to skip. Counting rows anew after a restart can go wrong; so the offset that is stored has
     * the GTIDs after it instead, and nothing to skip. MariaDB then sends every later transaction, whole.
     *
     * One domain only: its sequence numbers are our positions. With several, "later" is not one number.
     */

    static final String GTIDS = "gtids";
    static final String FILE = "file";
    static final String POSITION = "pos";

    private GtidRule() {}

    /** The offset behind the transaction {@code gtid} of which {@code offset} is the end. */
    static Map<String, Object> behind(Map<String, ?> offset, String gtid) {
        checkOneDomain(offset, gtid);
        var kept = new LinkedHashMap<String, Object>();
        offset.forEach((key, value) -> {
            if (value != null && !key.equals("event") && !key.equals("row") && !key.startsWith("transaction_")) {
                kept.put(key, value);
            }
        });
        kept.put(GTIDS, gtid);
        return kept;
    }

    private static void checkOneDomain(Map<String, ?> offset, String gtid) {
        if (offset.get(GTIDS) instanceof String before && !before.isBlank()) {
            var domain = gtid.substring(0, gtid.indexOf('-') + 1);
            if (before.indexOf(',') >= 0 || !before.startsWith(domain)) {
                throw new TransactionUnreadable("transaction " + gtid + " after " + before
                        + ": the log has several GTID domains (expected: one; the bridge cannot put two in order)");
            }
        }
    }

    /** The sequence number of {@code gtid}; {@code IllegalArgumentException} when it is none. */
    public static long sequence(String gtid) {
        var parts = gtid.split("-", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("GTID: '" + gtid + "' (expected: domain-server-sequence)");
        }
        return Long.parseLong(parts[2]);
    }

    /** The offset that begins with the first transaction after {@code gtid}, which ends at {@code position} of the file. */
    public static Map<String, Object> startingAt(String file, long position, String gtid) {
        var offset = new LinkedHashMap<String, Object>();
        offset.put(FILE, file);
        offset.put(POSITION, position);
        offset.put(GTIDS, gtid);
        return offset;
    }

    /** The GTID of the last transaction before {@code offset}; empty text when it has none. */
    public static String gtid(Map<String, ?> offset) {
        return offset.get(GTIDS) instanceof String gtid ? gtid : "";
    }

    /** The file of the log that {@code offset} names; only the server that wrote it calls it so. */
    public static String file(Map<String, ?> offset) {
        return offset.get(FILE) instanceof String file ? file : "";
    }
}
