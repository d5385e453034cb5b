/**
 * A whole migration on one machine: starts the shop, its database, Kafka, the bridge, the new services and the gateway, fills
 * the shop with people, walks the catalogue over and back while things are killed, and measures. Start at {@link
 * dev.banyan.cli.demo.Demo}; the steps are {@link dev.banyan.cli.demo.Walk}.
 */
@NullMarked
package dev.banyan.cli.demo;

import org.jspecify.annotations.NullMarked;
