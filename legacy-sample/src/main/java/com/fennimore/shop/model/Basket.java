package com.fennimore.shop.model;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a visitor wants to buy; lives in the HTTP session and dies with it. */
public class Basket implements Serializable {

    public static final int MAX_QTY = 99;

    private static final long serialVersionUID = 1L;

    private final LinkedHashMap<String, Integer> qtyBySku = new LinkedHashMap<>();

    public synchronized void add(String sku, int qty) {
        qtyBySku.merge(sku, qty, (a, b) -> Math.min(MAX_QTY, a + b));
    }

    public synchronized void set(String sku, int qty) {
        if (qty <= 0) {
            qtyBySku.remove(sku);
        } else {
            qtyBySku.replace(sku, Math.min(MAX_QTY, qty));
        }
    }

    public synchronized void clear() {
        qtyBySku.clear();
    }

    public synchronized Map<String, Integer> getLines() {
        return new LinkedHashMap<>(qtyBySku);
    }
}
