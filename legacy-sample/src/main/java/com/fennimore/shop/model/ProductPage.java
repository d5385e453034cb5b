package com.fennimore.shop.model;

import java.util.List;

/** One page of a product search. */
public record ProductPage(int page, int size, long total, List<Product> items) {

    public int pages() {
        return (int) Math.max(1, (total + size - 1) / size);
    }
}
