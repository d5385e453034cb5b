/** Loyalty points. */
@NullMarked
package dev.banyan.loyalty;

import org.jspecify.annotations.NullMarked;
