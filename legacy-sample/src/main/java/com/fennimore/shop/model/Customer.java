package com.fennimore.shop.model;

/** A customer as the pages need him. */
public record Customer(int customerId, String loginName, String firstName, String lastName, String group) {}
