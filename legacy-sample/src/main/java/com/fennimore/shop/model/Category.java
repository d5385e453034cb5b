package com.fennimore.shop.model;

/** A product group. */
public record Category(String code, String name) {}
