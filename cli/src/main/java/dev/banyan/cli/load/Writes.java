package dev.banyan.cli.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the people of the shop wrote, from their side: each write that left them, and which of them was acknowledged. Legacy's
 * tables later tell how often each arrived.
 */
public final class Writes {

    private final String prefix;
    private final AtomicInteger numbers = new AtomicInteger();
    private final Map<String, Order> orderByRef = new ConcurrentHashMap<>();
    private final Map<Integer, Checkouts> checkoutsByCustomer = new ConcurrentHashMap<>();
    private final Map<StatusChange, Boolean> acknowledgedByStatusChange = new ConcurrentHashMap<>();
    private final Map<Price, Boolean> acknowledgedByPrice = new ConcurrentHashMap<>();
    private volatile boolean open = true;
    private final AtomicInteger inFlight = new AtomicInteger();

    /** An order of the mobile application; {@code orderNo} is 0 until the reply came. */
    public record Order(String ref, long orderNo) {
        /** Whether somebody was told that the order was placed. */
        public boolean isAcknowledged() {
            return orderNo != 0;
        }
    }

    /** The orders that one customer placed in pages: how many were sent, and the numbers shown to the customer. */
    public record Checkouts(int customerId, int sent, List<Long> orderNos) {}

    /** A change of an order's status; {@code status} is legacy's code. */
    public record StatusChange(long orderNo, String status) {}

    /** A regular price that was set, in euros; setting it again changes nothing. */
    public record Price(String sku, String amount) {}

    /** {@code prefix} keeps the references of two runs on one database apart. */
    public Writes(String prefix) {
        this.prefix = prefix;
    }

    /** From now on nobody begins another write. */
    public void close() {
        open = false;
    }

    /** Whether a write may begin. One that may must end with {@link #end}. */
    boolean begin() {
        inFlight.incrementAndGet();
        if (open) {
            return true;
        }
        inFlight.decrementAndGet();
        return false;
    }

    void end() {
        inFlight.decrementAndGet();
    }

    /** Returns the writes whose reply is still awaited. */
    public int inFlight() {
        return inFlight.get();
    }

    /** Returns a reference nobody has used and notes that an order with it is sent. */
    String orderSent() {
        var ref = prefix + "-%06d".formatted(numbers.incrementAndGet());
        orderByRef.put(ref, new Order(ref, 0));
        return ref;
    }

    void orderAcknowledged(String ref, long orderNo) {
        orderByRef.put(ref, new Order(ref, orderNo));
    }

    void checkoutSent(int customerId) {
        checkoutsByCustomer.merge(customerId, new Checkouts(customerId, 1, List.of()), Writes::add);
    }

    void checkoutAcknowledged(int customerId, long orderNo) {
        checkoutsByCustomer.merge(customerId, new Checkouts(customerId, 0, List.of(orderNo)), Writes::add);
    }

    void statusSent(long orderNo, String status) {
        acknowledgedByStatusChange.putIfAbsent(new StatusChange(orderNo, status), false);
    }

    void statusAcknowledged(long orderNo, String status) {
        acknowledgedByStatusChange.put(new StatusChange(orderNo, status), true);
    }

    void priceSent(String sku, String amount) {
        acknowledgedByPrice.putIfAbsent(new Price(sku, amount), false);
    }

    void priceAcknowledged(String sku, String amount) {
        acknowledgedByPrice.put(new Price(sku, amount), true);
    }

    private static Checkouts add(Checkouts before, Checkouts more) {
        var orderNos = new ArrayList<>(before.orderNos());
        orderNos.addAll(more.orderNos());
        return new Checkouts(before.customerId(), before.sent() + more.sent(), orderNos);
    }

    /** Returns how many orders somebody was told of so far. */
    public long acknowledged() {
        return orderByRef.values().stream().filter(Order::isAcknowledged).count()
                + checkoutsByCustomer.values().stream()
                        .mapToLong(each -> each.orderNos().size())
                        .sum();
    }

    /** Returns the orders sent with a reference of their own, by that reference. */
    public Map<String, Order> orders() {
        return new TreeMap<>(orderByRef);
    }

    /** Returns the orders placed in pages, by customer. */
    public Map<Integer, Checkouts> checkouts() {
        return new TreeMap<>(checkoutsByCustomer);
    }

    /** Returns the changes of orders' status that were sent, and whether somebody was told that they were made. */
    public Map<StatusChange, Boolean> statusChanges() {
        return Map.copyOf(acknowledgedByStatusChange);
    }

    /** Returns the prices that were sent, and whether somebody was told that they were set. */
    public Map<Price, Boolean> prices() {
        return Map.copyOf(acknowledgedByPrice);
    }
}
