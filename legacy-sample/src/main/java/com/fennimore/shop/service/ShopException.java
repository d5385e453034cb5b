package com.fennimore.shop.service;

/** Something a caller asked for that the shop does not do; the message is for the caller. */
public class ShopException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String sku;

    public ShopException(int status, String message) {
        this(status, message, null);
    }

    public ShopException(int status, String message, String sku) {
        super(message);
        this.status = status;
        this.sku = sku;
    }

    /** The HTTP status that says it best. */
    public int getStatus() {
        return status;
    }

    /** The product it is about, or null. */
    public String getSku() {
        return sku;
    }
}
