/**
 * The bridge's configuration file: one YAML file, read all at once, with every problem in it named by line and column.
 * Start at {@link dev.banyan.bridge.config.BridgeConfig}.
 */
@NullMarked
package dev.banyan.bridge.config;

import org.jspecify.annotations.NullMarked;
