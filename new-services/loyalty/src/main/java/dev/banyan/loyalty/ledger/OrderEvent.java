package dev.banyan.loyalty.ledger;

import java.time.Instant;

/** An event this service understands: the whole of one order, or that it is gone. */
public sealed interface OrderEvent {

    /** The order is exactly this. */
    record OrderStated(Envelope envelope, Order order) implements OrderEvent {}

    /** The order does not exist (any more). */
    record OrderGone(Envelope envelope, long orderNo) implements OrderEvent {}

    Envelope envelope();

    /** The number of the order it is about. */
    default long orderNo() {
        return switch (this) {
            case OrderStated(var _, var order) -> order.orderNo();
            case OrderGone(var _, var orderNo) -> orderNo;
        };
    }

    /** What every event says about itself; {@code committedAt} is when the source's transaction committed. */
    record Envelope(String id, String subject, Sequence sequence, Instant committedAt, boolean backfill) {}
}
