package com.fennimore.shop.model;

import java.math.BigDecimal;

/** A product with its prices and what can be sold of it. */
public record Product(
        String sku,
        String name,
        String text,
        String catCode,
        String catName,
        String statusCode,
        Integer weightGrams,
        BigDecimal regularAmount,
        String regularCurrency,
        BigDecimal saleAmount,
        String saleCurrency,
        int available) {

    public boolean onSale() {
        return saleAmount != null;
    }

    public BigDecimal price() {
        return onSale() ? saleAmount : regularAmount;
    }

    public String currency() {
        return onSale() ? saleCurrency : regularCurrency;
    }

    public String status() {
        return switch (statusCode == null ? "" : statusCode) {
            case "N" -> "new";
            case "I" -> "discontinued";
            default -> "active";
        };
    }

    public boolean forSale() {
        return !"I".equals(statusCode);
    }
}
