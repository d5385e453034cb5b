/** SQL, one class a group of tables. Start at {@link com.fennimore.shop.dao.ProductDao}. */
package com.fennimore.shop.dao;
