/**
 * The {@code banyan} command: one class a sub-command, no Spring, exit codes 0 (ok), 1 (failed) and 2 (wrong usage).
 * What a command does for longer than a moment stands in a package of its own below this one. Start at {@link
 * dev.banyan.cli.Banyan}.
 */
@NullMarked
package dev.banyan.cli;

import org.jspecify.annotations.NullMarked;
