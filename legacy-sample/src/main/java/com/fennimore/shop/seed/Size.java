package com.fennimore.shop.seed;

/** How much a shop starts with. */
public enum Size {
    SMALL(200, 500, 100),
    MEDIUM(10_000, 50_000, 5_000),
    LARGE(100_000, 500_000, 50_000);

    final int products;
    final int orders;
    final int customers;

    Size(int products, int orders, int customers) {
        this.products = products;
        this.orders = orders;
        this.customers = customers;
    }
}
