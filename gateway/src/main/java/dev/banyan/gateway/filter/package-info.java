/** Spring Cloud Gateway's filters, made of what a route's rules say. */
@NullMarked
package dev.banyan.gateway.filter;

import org.jspecify.annotations.NullMarked;
