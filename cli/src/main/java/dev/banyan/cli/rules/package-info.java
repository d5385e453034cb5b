/**
 * {@code banyan rules}: what can be said and done about rule files without a gateway. One class a command. Start at
 * {@link RulesCommand}.
 */
@NullMarked
package dev.banyan.cli.rules;

import org.jspecify.annotations.NullMarked;
