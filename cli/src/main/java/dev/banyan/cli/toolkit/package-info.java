/**
 * What every command needs: where this copy of Banyan lies, how to reach a running gateway, and how to say that a command
 * failed. Start at {@link dev.banyan.cli.toolkit.Toolkit}.
 */
@NullMarked
package dev.banyan.cli.toolkit;

import org.jspecify.annotations.NullMarked;
