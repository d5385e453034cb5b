/**
 * Looks at a migration from outside, where a user of its data stands: every event in Kafka, legacy's rows, both services'
 * JSON, and how long a committed price takes to be seen. Nothing here asks Banyan how it did. Start at {@link
 * dev.banyan.cli.observe.EventWatch}.
 */
@NullMarked
package dev.banyan.cli.observe;

import org.jspecify.annotations.NullMarked;
