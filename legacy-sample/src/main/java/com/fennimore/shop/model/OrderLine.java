package com.fennimore.shop.model;

import java.math.BigDecimal;

/** Line of an order. */
public record OrderLine(int position, String sku, String name, int qty, int unitCents) {

    public BigDecimal unitPrice() {
        return BigDecimal.valueOf(unitCents, 2);
    }

    public BigDecimal amount() {
        return BigDecimal.valueOf((long) qty * unitCents, 2);
    }
}
