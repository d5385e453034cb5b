/** Tests. Start at {@code PrecedenceTest}. */
@NullMarked
package dev.banyan.rules;

import org.jspecify.annotations.NullMarked;
