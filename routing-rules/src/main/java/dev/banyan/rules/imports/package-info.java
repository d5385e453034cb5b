/**
 * Rules made of what other systems are configured with. Each source has a reader of its own that fills a draft; what the
 * draft cannot say is listed with its place in the source and the reason, and nothing is left out in silence. Text goes in
 * and text comes out; nothing here touches a file. Start at {@link RulesImport#read}.
 */
@NullMarked
package dev.banyan.rules.imports;

import org.jspecify.annotations.NullMarked;
