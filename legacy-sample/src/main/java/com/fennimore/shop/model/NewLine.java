package com.fennimore.shop.model;

/** A line somebody wants to order. */
public record NewLine(String sku, int qty) {}
