package com.fennimore.shop.model;

import java.math.BigDecimal;

/** A line of the sales report. */
public record SalesRow(String month, String category, long orders, long pieces, BigDecimal amount) {}
