/** The catalogue. */
@NullMarked
package dev.banyan.catalog;

import org.jspecify.annotations.NullMarked;
