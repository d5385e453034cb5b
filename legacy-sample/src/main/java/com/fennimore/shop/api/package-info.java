/** The JSON interface under /api that the mobile app uses. Start at {@link com.fennimore.shop.api.CatalogApiController}. */
package com.fennimore.shop.api;
