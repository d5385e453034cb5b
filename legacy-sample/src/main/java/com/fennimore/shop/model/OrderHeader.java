package com.fennimore.shop.model;

import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.util.Map;

/** Head of an order. */
public record OrderHeader(
        long orderNo,
        int customerId,
        LocalDateTime placedAt,
        String status,
        String payment,
        int totalCents,
        String currency,
        LocalDateTime shippedAt,
        String ref,
        String remark) {

    private static final Map<String, String> STATUS = Map.of(
            "N", "New",
            "P", "Paid",
            "S", "Shipped",
            "D", "Delivered",
            "X", "Cancelled");

    private static final Map<String, String> PAYMENT = Map.of("I", "Invoice", "C", "Card", "P", "Prepaid");

    public BigDecimal total() {
        return BigDecimal.valueOf(totalCents, 2);
    }

    public String statusText() {
        return STATUS.getOrDefault(status, status);
    }

    public String paymentText() {
        return PAYMENT.getOrDefault(payment, payment);
    }
}
