/** Logins of customers and back office, CSRF, the mobile app's key. Start at {@link com.fennimore.shop.security.SecurityConfig}. */
package com.fennimore.shop.security;
