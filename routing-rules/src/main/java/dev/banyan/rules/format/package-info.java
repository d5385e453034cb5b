/**
 * The layout of rule files: the same rules in a stable order and form, with every comment at its place. Text goes in and
 * text comes out; nothing here touches a file. Start at {@link RulesFormat#format}.
 */
@NullMarked
package dev.banyan.rules.format;

import org.jspecify.annotations.NullMarked;
