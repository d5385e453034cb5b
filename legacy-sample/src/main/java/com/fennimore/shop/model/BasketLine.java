package com.fennimore.shop.model;

import java.math.BigDecimal;

/** A line of the basket as shown. */
public record BasketLine(Product product, int qty) {

    public BigDecimal amount() {
        return product.price().multiply(BigDecimal.valueOf(qty));
    }
}
