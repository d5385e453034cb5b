/**
 * The Fennimore mail order shop: one application, one database, ten years old. Packages are layers, as they were when it
 * was begun: web and api call services, services call daos, daos talk SQL. Start at {@link
 * com.fennimore.shop.ShopApplication}.
 */
package com.fennimore.shop;
