/** Order status pushed to browsers, by WebSocket and by server-sent events. Start at {@link com.fennimore.shop.push.OrderPush}. */
package com.fennimore.shop.push;
