/** The gateway. */
@NullMarked
package dev.banyan.gateway;

import org.jspecify.annotations.NullMarked;
