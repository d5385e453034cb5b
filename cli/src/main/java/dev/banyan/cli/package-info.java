/**
 * The {@code banyan} command: one class a sub-command, no Spring, exit codes as in {@code banyan --help}.
 * What a command does for longer than a moment stands in a package of its own below this one. Start at {@link
 * dev.banyan.cli.Banyan}.
 */
@NullMarked
package dev.banyan.cli;

import org.jspecify.annotations.NullMarked;
