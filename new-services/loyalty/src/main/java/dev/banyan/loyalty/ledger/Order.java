package dev.banyan.loyalty.ledger;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** An order as the ledger keeps it. */
public record Order(long orderNo, long customerId, Status status, BigDecimal total, String currency) {

    /** How far an order is; it earns points from the moment it is paid for until it is cancelled. */
    public enum Status {
        NEW(false),
        PAID(true),
        SHIPPED(true),
        DELIVERED(true),
        CANCELLED(false);

        private final boolean earns;

        Status(boolean earns) {
            this.earns = earns;
        }
    }

    /** The points this order is worth as it stands: one for each whole unit of its currency. */
    public long points() {
        return status.earns
                ? total.max(BigDecimal.ZERO).setScale(0, RoundingMode.FLOOR).longValueExact()
                : 0;
    }
}
