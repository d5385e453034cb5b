/** Fills an empty database, the same for the same seed. Start at {@link com.fennimore.shop.seed.DatabaseSeeder}. */
package com.fennimore.shop.seed;
