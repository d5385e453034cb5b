/** The change-data-capture bridge. */
@NullMarked
package dev.banyan.bridge;

import org.jspecify.annotations.NullMarked;
