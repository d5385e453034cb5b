/** Rows as they leave the daos, and the basket. Start at {@link com.fennimore.shop.model.Product}. */
package com.fennimore.shop.model;
