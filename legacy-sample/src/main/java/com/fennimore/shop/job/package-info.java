/** Jobs that run by the clock. Start at {@link com.fennimore.shop.job.NightlyPriceJob}. */
package com.fennimore.shop.job;
