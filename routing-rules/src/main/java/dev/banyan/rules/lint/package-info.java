/**
 * What is allowed in rules and yet probably not meant. Every finding has a code, which has a section on the reference page
 * of lint. Start at {@link dev.banyan.rules.lint.Lint}.
 */
@NullMarked
package dev.banyan.rules.lint;

import org.jspecify.annotations.NullMarked;
