package dev.banyan.cli.observe;

import dev.banyan.cli.load.Writes;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How often each write that people sent reached legacy's tables: orders, changes of status and prices. {@code exactlyOnce} counts acknowledged ones that arrived once;
 * {@code missing} acknowledged ones that did not arrive, {@code twice} any that arrived more often, {@code unanswered} those nobody
 * acknowledged, of which {@code unansweredArrived} are there all the same.
 */
public record WriteProof(
        int sent,
        int acknowledged,
        int exactlyOnce,
        int missing,
        int twice,
        int unanswered,
        int unansweredArrived,
        List<String> examples) {

    private static final int SHOWN = 10;

    /** Whether every acknowledged write is there once and none is there twice. */
    public boolean holds() {
        return exactlyOnce == acknowledged && missing == 0 && twice == 0;
    }

    /** Counts the arrivals in {@code legacy}; orders placed in pages are those above {@code lastOrderBefore} without a reference. */
    public static WriteProof of(Writes writes, Connection legacy, long lastOrderBefore) throws SQLException {
        var count = new Count();
        var arrivalsByRef = counts(legacy, "select ext_ref from ord_hdr where ext_ref is not null");
        for (var order : writes.orders().values()) {
            count.one(order.ref(), order.isAcknowledged(), arrivalsByRef.getOrDefault(order.ref(), 0));
        }
        var arrivedByCustomer = arrivedByCustomer(legacy, lastOrderBefore);
        for (var checkouts : writes.checkouts().values()) {
            var arrived = arrivedByCustomer.getOrDefault(checkouts.customerId(), Set.of());
            var shown = new HashSet<Long>();
            for (var orderNo : checkouts.orderNos()) {
                // A number shown twice would be one order that two writes ended in.
                count.one("order " + orderNo, true, arrived.contains(orderNo) && shown.add(orderNo) ? 1 : 0);
            }
            var nobodyTold =
                    arrived.stream().filter(orderNo -> !shown.contains(orderNo)).toList();
            var unanswered = checkouts.sent() - checkouts.orderNos().size();
            for (var number = 0; number < unanswered; number++) {
                count.one(
                        "a checkout of customer " + checkouts.customerId(), false, number < nobodyTold.size() ? 1 : 0);
            }
            for (var number = unanswered; number < nobodyTold.size(); number++) {
                count.surplus("order " + nobodyTold.get(number) + " of customer " + checkouts.customerId());
            }
        }
        var arrivalsByStatus = counts(legacy, "select ord_no || ' ' || new_sts from ord_sts_log");
        writes.statusChanges().forEach((change, acknowledged) -> {
            var arrivals = arrivalsByStatus.getOrDefault(change.orderNo() + " " + change.status(), 0);
            count.one("order " + change.orderNo() + " to " + change.status(), acknowledged, arrivals);
        });
        // The price job may come to an amount that somebody else set, so these are there or they are not.
        var arrivalsByPrice = counts(legacy, "select prd_no || ' ' || new_amt from prc_hist where prc_typ = 'R'");
        writes.prices().forEach((price, acknowledged) -> {
            var arrived = arrivalsByPrice.containsKey(price.sku() + " " + price.amount());
            count.one("price " + price.amount() + " of " + price.sku(), acknowledged, arrived ? 1 : 0);
        });
        return count.proof();
    }

    private static Map<String, Integer> counts(Connection legacy, String query) throws SQLException {
        var counts = new HashMap<String, Integer>();
        try (var statement = legacy.createStatement();
                var rows = statement.executeQuery(query)) {
            while (rows.next()) {
                counts.merge(rows.getString(1), 1, Integer::sum);
            }
        }
        return counts;
    }

    private static Map<Integer, Set<Long>> arrivedByCustomer(Connection legacy, long lastOrderBefore)
            throws SQLException {
        var arrived = new HashMap<Integer, Set<Long>>();
        try (var statement = legacy.prepareStatement(
                "select customer_id, ord_no from ord_hdr where ext_ref is null and ord_no > ?")) {
            statement.setLong(1, lastOrderBefore);
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    arrived.computeIfAbsent(rows.getInt(1), _ -> new HashSet<>())
                            .add(rows.getLong(2));
                }
            }
        }
        return arrived;
    }

    private static final class Count {
        private int sent;
        private int acknowledged;
        private int exactlyOnce;
        private int missing;
        private int twice;
        private int unanswered;
        private int unansweredArrived;
        private final List<String> examples = new ArrayList<>();

        void one(String what, boolean wasAcknowledged, int arrivals) {
            sent++;
            if (wasAcknowledged) {
                acknowledged++;
                exactlyOnce += arrivals == 1 ? 1 : 0;
                missing += arrivals == 0 ? 1 : 0;
            } else {
                unanswered++;
                unansweredArrived += arrivals == 1 ? 1 : 0;
            }
            twice += arrivals > 1 ? 1 : 0;
            if (arrivals > 1 || (wasAcknowledged && arrivals == 0)) {
                example(what + ": arrived " + arrivals + " times");
            }
        }

        void surplus(String what) {
            twice++;
            example(what + ": nobody sent it");
        }

        private void example(String text) {
            if (examples.size() < SHOWN) {
                examples.add(text);
            }
        }

        WriteProof proof() {
            return new WriteProof(
                    sent,
                    acknowledged,
                    exactlyOnce,
                    missing,
                    twice,
                    unanswered,
                    unansweredArrived,
                    List.copyOf(examples));
        }
    }
}
