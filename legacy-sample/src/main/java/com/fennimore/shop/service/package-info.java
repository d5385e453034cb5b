/** What the shop does, in transactions; some of its rules live in database triggers instead. Start at {@link com.fennimore.shop.service.OrderService}. */
package com.fennimore.shop.service;
