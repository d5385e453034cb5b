/** The rule language as a plain library. */
@NullMarked
package dev.banyan.rules;

import org.jspecify.annotations.NullMarked;
