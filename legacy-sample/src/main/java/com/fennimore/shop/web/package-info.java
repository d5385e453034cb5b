/** The server-rendered pages: catalogue, basket, checkout, my orders, back office, report. Start at {@link com.fennimore.shop.web.CatalogController}. */
package com.fennimore.shop.web;
