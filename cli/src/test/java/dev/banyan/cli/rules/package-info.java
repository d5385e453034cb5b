/** Tests of {@code banyan rules}. */
@NullMarked
package dev.banyan.cli.rules;

import org.jspecify.annotations.NullMarked;
