package dev.banyan.loyalty.account;

import java.util.List;

/** A customer's points: {@code points} counts all orders, {@code orders} are the newest {@link Accounts#ORDERS_MAX}. */
public record Account(long customerId, long points, String tier, List<Entry> orders) {

    public Account {
        orders = List.copyOf(orders);
    }

    /** What one order is worth as it stands. */
    public record Entry(long orderNo, long points, String status) {}
}
