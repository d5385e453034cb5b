/** Start-up: command line and clear messages when it cannot start. Start at {@link com.fennimore.shop.start.CommandLine}. */
package com.fennimore.shop.start;
